/** What families read. */

import { texts } from "./texts";

export const P = texts({
  // Today
  live: ["Tự cập nhật ngay khi con quét thẻ", "Updates by itself at each scan"],
  stale: [
    (at: string) => `Số liệu lúc ${at}, đang nối lại…`,
    (at: string) => `As of ${at}, reconnecting…`,
  ],
  staleOffline: [
    (at: string) => `Số liệu lúc ${at}. Có mạng sẽ tự cập nhật.`,
    (at: string) => `As of ${at}. It updates when there is a network.`,
  ],
  noDataYet: ["Chưa tải được số liệu hôm nay", "Today is not loaded yet"],
  noDataHint: ["Mở lại khi có mạng", "Open again with a network"],
  in: ["Đã vào trường", "At school"],
  out: ["Đã rời trường", "Left school"],
  notScanned: ["Chưa quét thẻ hôm nay", "Not scanned today"],
  present: ["Đã có mặt hôm nay", "Was present today"],
  presentHint: ["Nhà trường ghi nhận", "Noted by the school"],
  checking: ["Nhà trường đang kiểm tra", "The school is checking"],
  checkingScan: [
    (at: string) => `Thẻ được dùng lúc ${at}`,
    (at: string) => `The card was used at ${at}`,
  ],
  before: [
    (what: string, at: string) => `Trước đó: ${what.toLowerCase()} lúc ${at}`,
    (what: string, at: string) => `Before: ${what.toLowerCase()} at ${at}`,
  ],
  excused: ["Vắng có phép", "Absent, excused"],
  unexcused: ["Nhà trường ghi vắng", "Marked absent"],
  unexcusedHint: ["Nếu chưa đúng, mời bấm Báo sai", "If this is not right, please say so"],
  noSchool: ["Hôm nay không có lịch học", "No school today"],
  late: [(n: number) => `Muộn ${n} phút`, (n: number) => `${n} min late`],
  lateBare: ["Đi muộn", "Late"],
  noChildren: ["Chưa có học sinh nào", "No child yet"],
  noChildrenHint: [
    "Mời liên hệ nhà trường để nối tài khoản với con.",
    "Please ask the school to link this account with your child.",
  ],
  seeChild: [(name: string) => `Xem ngày của ${name}`, (name: string) => `See the day of ${name}`],
  // A child
  days: ["Những ngày qua", "The days before"],
  flagHint: [
    "Bấm lá cờ bên cạnh lượt quét nếu chưa đúng.",
    "Tap the flag beside a scan that is not right.",
  ],
  noDays: ["Chưa có ngày nào được ghi", "Nothing recorded yet"],
  older: ["Xem các ngày trước", "Show earlier days"],
  oldest: ["Ứng dụng hiện ba tháng gần nhất.", "The last three months are shown."],
  scanIn: ["Vào", "In"],
  scanOut: ["Ra", "Out"],
  byHand: ["ghi tay", "noted by hand"],
  byPhone: ["mã trên điện thoại", "phone code"],
  undone: ["đã huỷ", "cancelled"],
  beingChecked: ["đang kiểm tra", "being checked"],
  noScans: ["Không có lượt quét", "No scans"],
  childCode: ["Mã của con", "Phone code"],
  ownCode: ["Mã của em", "My code"],
  notYours: ["Không có học sinh này", "There is no such pupil"],
  // This is wrong
  wrong: ["Báo sai", "This is wrong"],
  wrongDay: ["Báo sai về một ngày khác", "Something is wrong on another day"],
  wrongOf: [(what: string) => `Báo sai: ${what}`, (what: string) => `This is wrong: ${what}`],
  whichDay: ["Ngày nào?", "Which day?"],
  whatIsWrong: ["Điều gì chưa đúng?", "What is not right?"],
  notThere: ["Lúc đó không có mặt ở trường", "Was not at school then"],
  wasThere: ["Hôm đó có đến trường", "Was at school that day"],
  wrongTime: ["Giờ chưa đúng", "The time is wrong"],
  wrongDirection: ["Nhầm giữa vào và ra", "In and out are mixed up"],
  otherWrong: ["Điều khác", "Something else"],
  noteForSchool: ["Nhắn thêm cho nhà trường (không bắt buộc)", "A word to the school (optional)"],
  sendWrong: ["Gửi nhà trường", "Send to the school"],
  wrongHint: [
    "Giáo viên chủ nhiệm sẽ xem và trả lời ngay tại đây.",
    "The homeroom teacher will look at it and answer here.",
  ],
  chooseWrong: ["Mời chọn một điều.", "Please choose one."],
  dayBad: [
    "Mời chọn hôm nay hoặc một ngày trong ba tháng qua.",
    "Choose today or a day of the last three months.",
  ],
  asked: ["Gia đình báo", "You said"],
  waitsAnswer: ["Nhà trường đang xem", "The school is looking"],
  upheld: ["Nhà trường: gia đình báo đúng", "The school agrees"],
  declined: ["Nhà trường: điểm danh đã đúng", "The school: the record is right"],
  // The card
  cardLost: ["Báo mất thẻ", "Card lost"],
  cardLostAsk: [
    (name: string) => `Khoá thẻ của ${name}?`,
    (name: string) => `Revoke ${name}'s card?`,
  ],
  cardLostHint: [
    "Thẻ và mã trên điện thoại hết dùng được ngay. Nhà trường sẽ cấp thẻ mới; trong lúc chờ, thầy cô ở cổng vẫn ghi nhận theo tên.",
    "The card and the phone code stop working at once. The school will issue a new card; until then the staff at the gate find the child by name.",
  ],
  cardLostDo: ["Khoá thẻ", "Revoke the card"],
  cardLostDone: [
    "Đã khoá thẻ. Mời liên hệ nhà trường để nhận thẻ mới.",
    "The card is revoked. Please ask the school for a new one.",
  ],
});
