/** The staff's hours as the principal reads them. */

import { texts } from "./texts";

export const G = texts({
  title: ["Giờ công", "Staff hours"],
  sheet: ["Tải bảng tính", "Download the sheet"],
  lead: [
    "Tính từ lượt quét vào, ra và đơn nghỉ đã duyệt, đến lúc này.",
    "Counted from check-ins, check-outs and approved leave, up to now.",
  ],
  none: ["Tháng này chưa có ai", "Nobody in this month"],
  noneHint: ["Thêm cán bộ ở phần Chuẩn bị.", "Add staff in the set-up."],
  name: ["Họ tên", "Name"],
  days: ["Ngày", "Days"],
  hours: ["Giờ", "Hours"],
  late: ["Muộn", "Late"],
  leave: ["Nghỉ phép", "Leave"],
  missed: ["Vắng", "Missed"],
  forgotten: ["Quên ra", "No check-out"],
  openOf: [(name: string) => `Xem các ngày của ${name}`, (name: string) => `${name}'s days`],
  line: [
    (days: string, hours: string) => `${days} ngày, ${hours}`,
    (days: string, hours: string) => `${days} days, ${hours}`,
  ],
  lateShort: [
    (n: number, minutes: number) => `${n} (${minutes} phút)`,
    (n: number, minutes: number) => `${n} (${minutes} min)`,
  ],
  lateBadge: [(n: number) => `${n} lần muộn`, (n: number) => `late ${n} times`],
  missedBadge: [(n: string) => `${n} buổi vắng`, (n: string) => `${n} missed`],
  forgotBadge: [(n: string) => `${n} lần quên ra`, (n: string) => `${n} without check-out`],
  fix: ["Ghi giờ còn thiếu", "Put down a missing time"],
  fixDay: [
    (day: string) => `Ghi giờ còn thiếu ${day}`,
    (day: string) => `Put down a time of ${day}`,
  ],
  fixKind: ["Lượt", "Movement"],
  fixIn: ["Vào", "In"],
  fixOut: ["Ra", "Out"],
  fixAt: ["Lúc", "At"],
  fixWhy: ["Lý do", "Why"],
  fixWhyHint: ["Ví dụ: quên quét khi ra về.", "For example: forgot to check out."],
  fixAtMissing: ["Mời chọn giờ.", "Please choose a time."],
  fixWhyMissing: ["Mời ghi lý do.", "Please say why."],
  fixed: ["Đã ghi.", "Put down."],
  putDown: [
    (way: string, at: string) => `Ghi thêm: ${way} ${at}`,
    (way: string, at: string) => `Put down: ${way} ${at}`,
  ],
  somebody: ["Người đã rời trường", "Somebody who has left"],
  void: ["Bỏ lần ghi", "Take back"],
  voidOf: [(what: string) => `Bỏ lần ghi. ${what}`, (what: string) => `Take back. ${what}`],
  voidTitle: ["Bỏ lần ghi này?", "Take this back?"],
  voidHint: [
    "Giờ của ngày được tính lại. Lần ghi vẫn còn trong sổ, kèm lý do bỏ.",
    "The day is counted anew. The entry stays in the record, with why it was taken back.",
  ],
  voidWhyHint: ["Ví dụ: ghi nhầm ngày.", "For example: the wrong day."],
  isVoided: ["Đã bỏ", "Taken back"],
  voided: ["Đã bỏ lần ghi.", "Taken back."],
});
