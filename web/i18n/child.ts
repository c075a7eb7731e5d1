/** A child's days, what is wrong about them, and the card. */

import { texts } from "./texts";

export const D = texts({
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
  byPhone: ["mã trên điện thoại", "phone code"],
  undone: ["đã huỷ", "cancelled"],
  rejected: ["nhà trường xét là không đúng", "found to be wrong"],
  correctedTo: [
    (state: string) => `Nhà trường sửa: ${state}`,
    (state: string) => `Corrected: ${state}`,
  ],
  beingChecked: ["đang kiểm tra", "being checked"],
  childCode: ["Mã của con", "Phone code"],
  ownCode: ["Mã của em", "My code"],
  askLeave: ["Xin nghỉ", "Ask for leave"],
  pickups: ["Người đón con", "Who fetches"],
  notYours: ["Không có học sinh này", "There is no such pupil"],
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
