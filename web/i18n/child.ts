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
  wrong: ["Báo sai", "This is wrong"],
  wrongDay: ["Báo sai về một ngày khác", "Something is wrong on another day"],
  wrongOf: [(what: string) => `Báo sai: ${what}`, (what: string) => `This is wrong: ${what}`],
  notThere: ["Lúc đó không có mặt ở trường", "Was not at school then"],
  wasThere: ["Hôm đó có đến trường", "Was at school that day"],
  wrongTime: ["Giờ chưa đúng", "The time is wrong"],
  wrongDirection: ["Nhầm giữa vào và ra", "In and out are mixed up"],
  otherWrong: ["Điều khác", "Something else"],
  asked: ["Gia đình báo", "You said"],
  waitsAnswer: ["Nhà trường đang xem", "The school is looking"],
  upheld: ["Nhà trường: gia đình báo đúng", "The school agrees"],
  declined: ["Nhà trường: điểm danh đã đúng", "The school: the record is right"],
  cardLost: ["Báo mất thẻ", "Card lost"],
  cardLostDone: [
    "Đã khoá thẻ. Mời liên hệ nhà trường để nhận thẻ mới.",
    "The card is revoked. Please ask the school for a new one.",
  ],
});
