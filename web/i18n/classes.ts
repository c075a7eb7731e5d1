/** What teachers read of their classes. */

import { texts } from "./texts";

export const L = texts({
  // All classes
  classes: ["Các lớp", "Classes"],
  classOf: [(name: string) => `Lớp ${name}`, (name: string) => `Class ${name}`],
  grade: [
    (n: number) => (n ? `Khối ${n}` : "Mầm non"),
    (n: number) => (n ? `Grade ${n}` : "Preschool"),
  ],
  noClasses: ["Chưa có lớp nào", "No class yet"],
  noClassesHint: [
    "Nhà trường chưa xếp thầy cô vào lớp nào. Mời liên hệ văn phòng.",
    "The school has not put you in a class yet. Please ask the office.",
  ],
  homeroomClass: ["Lớp chủ nhiệm", "Your homeroom"],
  findClass: ["Tìm lớp", "Find a class"],
  noSuchClass: ["Không có lớp này", "There is no such class"],
  // A class today
  shift: ["Buổi học", "Session"],
  asOf: [
    (at: string) => `Lúc ${at}, tự cập nhật`,
    (at: string) => `As of ${at}, updates by itself`,
  ],
  reload: ["Tải lại", "Load again"],
  noShift: [
    "Hôm nay lớp không có buổi học. Lượt quét vẫn được ghi.",
    "The class has no session today. Scans are still recorded.",
  ],
  all: ["Tất cả", "All"],
  noPupils: ["Lớp chưa có học sinh", "No pupils in this class yet"],
  noPupilsHint: [
    "Nhà trường nhập danh sách ở mục Chuẩn bị.",
    "The school imports the roster under Set-up.",
  ],
  nobody: ["Không có em nào", "Nobody here"],
  nobodyFound: ["Không tìm thấy tên này trong lớp", "Nobody of that name in this class"],
  everybodyScanned: ["Cả lớp đã quét", "Everybody has been scanned"],
  lateBy: [(n: number) => `Muộn ${n} phút`, (n: number) => `${n} min late`],
  inAt: [(at: string) => `vào ${at}`, (at: string) => `in ${at}`],
  outAt: [(at: string) => `ra ${at}`, (at: string) => `out ${at}`],
  byHand: ["ghi tay", "noted by hand"],
  beingChecked: ["Đang kiểm tra", "Being checked"],
  undone: ["đã huỷ", "cancelled"],
  // A pupil
  scansToday: ["Các lượt hôm nay", "Scans today"],
  noScans: ["Hôm nay chưa có lượt quét nào.", "No scan today so far."],
  markTitle: ["Ghi tay", "Note by hand"],
  markHint: [
    "Dùng khi em quên thẻ hoặc thẻ hỏng và thầy cô thấy em ở đây.",
    "For a forgotten or broken card, when you see the pupil here.",
  ],
  where: ["Ở điểm nào?", "Where?"],
  why: ["Vì sao ghi tay?", "Why by hand?"],
  reason: ["Lý do", "The reason"],
  whyForgot: ["Quên thẻ", "Forgot the card"],
  whyLost: ["Mất thẻ", "Lost the card"],
  whyBroken: ["Thẻ không quét được", "The card does not scan"],
  whyInClass: ["Em đang ngồi trong lớp", "The pupil is in class"],
  whyShort: ["Mời ghi lý do, ít nhất ba chữ cái.", "Please give a reason, three letters at least."],
  noGate: [
    "Trường chưa có điểm quét nào nên chưa ghi tay được.",
    "The school has no scanning point yet, so nothing can be noted.",
  ],
  goOn: ["Tiếp tục", "Go on"],
  change: ["Sửa lại", "Change"],
  confirmIn: [
    (name: string, where: string) => `Ghi ${name} vào trường ngay bây giờ, ở ${where}.`,
    (name: string, where: string) => `Note ${name} as arriving now, at ${where}.`,
  ],
  confirmOut: [
    (name: string, where: string) => `Ghi ${name} ra về ngay bây giờ, ở ${where}.`,
    (name: string, where: string) => `Note ${name} as leaving now, at ${where}.`,
  ],
  confirmHint: [
    "Gia đình nhận tin ngay. Tên thầy cô và lý do được lưu lại.",
    "The family is told at once. Your name and the reason are kept.",
  ],
  markDo: ["Ghi nhận", "Note it"],
  done: ["Xong", "Done"],
  undo: ["Huỷ lượt này", "Take it back"],
  undoneNow: ["Đã huỷ lượt vừa ghi.", "It was taken back."],
  tooLate: [
    "Quá một phút nên không huỷ được nữa. Mời báo nhà trường.",
    "After a minute it cannot be taken back. Please tell the office.",
  ],
  markedIn: [(at: string) => `Đã ghi vào trường lúc ${at}`, (at: string) => `Noted as in at ${at}`],
  markedOut: [(at: string) => `Đã ghi ra về lúc ${at}`, (at: string) => `Noted as out at ${at}`],
  markedReview: [
    "Đã ghi. Nhà trường sẽ xem lại vì chưa rõ vị trí.",
    "Noted. The school will look at it, since the place is not clear.",
  ],
  markedBefore: ["Em đã được ghi trước đó rồi.", "This was on record already."],
  markOutside: [
    "Điện thoại đang ở ngoài trường nên chưa ghi được.",
    "The phone is outside the school, so nothing was noted.",
  ],
  markPlace: [
    "Chưa rõ vị trí. Ra chỗ thoáng rồi thử lại.",
    "The place is not clear. Go under the open sky and try again.",
  ],
  markGone: ["Em không còn học ở trường này.", "The pupil is not at this school any more."],
  markForbidden: [
    "Tài khoản hoặc điện thoại này không được ghi ở đây. Mời liên hệ nhà trường.",
    "This account or phone may not note anything here. Please ask the school.",
  ],
  markFailed: ["Chưa ghi được. Mời thử lại.", "It was not noted. Please try again."],
  // "This is wrong"
  disputes: ["Gia đình báo chưa đúng", "Families say it is wrong"],
  family: ["Gia đình", "The family"],
  pupilSelf: ["Em học sinh", "The pupil"],
  notThere: ["Lúc đó em không có mặt ở trường", "The pupil was not at school then"],
  wasThere: ["Em có mặt ở trường", "The pupil was at school"],
  wrongTime: ["Giờ chưa đúng", "The time is wrong"],
  wrongDirection: ["Nhầm giữa vào và ra", "In and out are mixed up"],
  otherWrong: ["Điều khác", "Something else"],
  about: [(what: string) => `Về lượt ${what}`, (what: string) => `About the scan: ${what}`],
  note: [(words: string) => `“${words}”`, (words: string) => `“${words}”`],
  answer: ["Trả lời", "Answer"],
  answerTo: [(name: string) => `Trả lời về ${name}`, (name: string) => `Answer about ${name}`],
  verdict: ["Thầy cô thấy thế nào?", "What do you find?"],
  uphold: ["Gia đình báo đúng", "The family is right"],
  decline: ["Điểm danh đã đúng", "The record is right"],
  message: ["Lời nhắn cho gia đình", "Words to the family"],
  answerHint: [
    "Câu trả lời không tự sửa điểm danh. Nếu hôm nay thiếu lượt của em, hãy ghi tay ở danh sách lớp.",
    "The answer does not change the record. If a scan is missing today, note it by hand in the class list.",
  ],
  chooseVerdict: ["Mời chọn một điều.", "Please choose one."],
  writeMessage: ["Mời viết vài lời cho gia đình.", "Please write a few words to the family."],
  sendAnswer: ["Gửi trả lời", "Send the answer"],
});
