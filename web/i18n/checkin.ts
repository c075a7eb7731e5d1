/** Checking in oneself with the code at the gate. */

import { texts } from "./texts";

export const O = texts({
  title: ["Điểm danh của tôi", "My check-in"],
  more: ["Giờ công và đơn nghỉ", "Hours and leave"],
  hours: ["Giờ công của tôi", "My hours"],
  leave: ["Xin nghỉ", "Ask for leave"],
  // The phone
  bindTitle: ["Chọn điện thoại để điểm danh", "Choose the phone to check in with"],
  bindHint: [
    "Mỗi người điểm danh bằng một điện thoại của chính mình.",
    "Everybody checks in with one phone of their own.",
  ],
  bindDo: ["Dùng điện thoại này", "Use this phone"],
  boundOther: [
    (name: string) => `Bạn đang điểm danh bằng điện thoại khác: ${name}.`,
    (name: string) => `You check in with another phone: ${name}.`,
  ],
  unnamed: ["điện thoại trước", "the one before"],
  bindInstead: ["Đổi sang điện thoại này", "Change to this phone"],
  bindAskTitle: ["Đổi điện thoại điểm danh?", "Change the check-in phone?"],
  bindAsk: [
    "Điện thoại trước sẽ không điểm danh được nữa. Mỗi ngày chỉ đổi được một lần.",
    "The phone before cannot check in any more. It can be changed once a day.",
  ],
  bindLater: [
    (at: string) => `Đổi được từ ${at}. Nếu gấp, mời nhờ nhà trường gỡ điện thoại trước.`,
    (at: string) => `It can be changed from ${at} on. If it is urgent, ask the school.`,
  ],
  // Before the code
  way: ["Vào hay ra?", "In or out?"],
  howTo: [
    "Đưa máy ảnh về phía mã trên màn hình ở cổng.",
    "Point the camera at the code on the gate's screen.",
  ],
  open: ["Mở máy ảnh", "Open the camera"],
  stop: ["Đóng máy ảnh", "Close the camera"],
  notStation: [
    "Đây không phải mã ở cổng. Hãy đưa máy về phía màn hình có mã đổi liên tục.",
    "This is not the gate's code. Point at the screen whose code keeps changing.",
  ],
  // Where the phone is
  placeSearching: ["Đang tìm vị trí…", "Looking for your place…"],
  placeGood: ["Đã có vị trí", "Your place is known"],
  placeRough: [
    "Vị trí chưa rõ. Ra chỗ thoáng sẽ nhanh hơn.",
    "Your place is not clear. It is quicker under the open sky.",
  ],
  placeDenied: [
    "Điện thoại không cho biết vị trí. Vẫn điểm danh được, nhưng nhà trường phải xem lại từng lượt. Mở cài đặt trang này, cho phép Vị trí, rồi bấm Thử lại.",
    "The phone does not tell where it is. You can check in, but the school has to look at each time. Allow Location in this page's settings, then try again.",
  ],
  sending: ["Đang gửi…", "Sending…"],
  // Answers
  inAt: [(at: string) => `Đã vào lúc ${at}`, (at: string) => `In at ${at}`],
  outAt: [(at: string) => `Đã ra lúc ${at}`, (at: string) => `Out at ${at}`],
  late: ["Muộn so với giờ làm.", "After the working hours began."],
  goodDay: ["Chúc một ngày tốt lành.", "Have a good day."],
  review: ["Đã ghi, nhà trường sẽ xem lại", "Recorded; the school will look at it"],
  reviewHint: [
    "Chưa rõ vị trí hoặc giờ gửi. Không cần làm lại.",
    "The place or the time was not clear. There is nothing to do again.",
  ],
  again: ["Đã ghi trước đó rồi", "It was recorded already"],
  againHint: ["Không cần quét lại.", "There is no need to scan again."],
  outside: [
    "Chưa ghi: điện thoại đang ở ngoài trường",
    "Not recorded: the phone is outside the school",
  ],
  outsideHint: ["Vào trong trường rồi quét lại.", "Come inside, then scan again."],
  needFix: ["Chưa ghi: vị trí chưa đủ rõ", "Not recorded: your place is not clear enough"],
  needFixHint: [
    "Ra chỗ thoáng, chờ vài giây rồi quét lại.",
    "Go under the open sky, wait some seconds, then scan again.",
  ],
  mock: ["Chưa ghi: vị trí không đáng tin", "Not recorded: the place cannot be trusted"],
  mockHint: [
    "Tắt ứng dụng đổi vị trí trên điện thoại rồi quét lại.",
    "Switch off the app that changes the phone's place, then scan again.",
  ],
  expired: ["Chưa ghi: mã đã cũ", "Not recorded: the code is old"],
  expiredHint: [
    "Quét mã đang hiện trên màn hình ở cổng.",
    "Scan the code that is on the gate's screen now.",
  ],
  future: ["Chưa ghi: đồng hồ của màn hình bị lệch", "Not recorded: the screen's clock is wrong"],
  futureHint: [
    "Mời báo nhà trường chỉnh lại màn hình.",
    "Please ask the school to set the screen.",
  ],
  fake: ["Chưa ghi: mã này không đọc được", "Not recorded: this code cannot be read"],
  fakeHint: [
    "Quét lại mã trên màn hình ở cổng của trường.",
    "Scan the code on the school's own screen again.",
  ],
  otherSchool: ["Chưa ghi: đây là mã của trường khác", "Not recorded: it is another school's code"],
  otherSchoolHint: [
    "Tài khoản này chưa có vai trò ở trường đó.",
    "This account has no role in that school.",
  ],
  notAllowed: [
    "Chưa ghi: tài khoản này không điểm danh ở đây",
    "Not recorded: not with this account",
  ],
  notAllowedHint: ["Mời liên hệ nhà trường.", "Please ask the school."],
  unbound: [
    "Chưa ghi: đây không phải điện thoại điểm danh của bạn",
    "Not recorded: this is not your check-in phone",
  ],
  unboundHint: ["Chọn điện thoại này trước khi điểm danh.", "Choose this phone first."],
  revoked: ["Điện thoại này đã bị báo mất", "This phone was reported lost"],
  revokedHint: ["Mời liên hệ nhà trường.", "Please ask the school."],
  failed: ["Chưa ghi được", "Not recorded"],
  failedHint: ["Mời quét lại.", "Please scan again."],
  waiting: ["Chưa gửi được, đang chờ mạng", "Not sent yet, waiting for the network"],
  waitingHint: [
    "Chưa được tính. Máy tự gửi khi có mạng; mã gửi muộn sẽ được nhà trường xem lại.",
    "It does not count yet. It is sent by itself; the school looks at what comes late.",
  ],
  waitingRow: [
    (what: string, at: string) => `${what} ${at}, đang chờ gửi`,
    (what: string, at: string) => `${what} ${at}, waiting to be sent`,
  ],
  scanAgain: ["Quét lại", "Scan again"],
  done: ["Xong", "Done"],
  choosePhone: ["Chọn điện thoại", "Choose the phone"],
  // Today
  mine: ["Hôm nay, trên điện thoại này", "Today, on this phone"],
  none: ["Hôm nay chưa điểm danh trên điện thoại này.", "No check-in on this phone today."],
  toReview: ["chờ xem lại", "to be looked at"],
});
