/** What the page of the school's receipts says. */

import { texts } from "./texts";

export const R = texts({
  lead: [
    "Mỗi lần tiền vào phiếu có một biên lai. Sửa lại thì biên lai cũ bị huỷ và có biên lai thay.",
    "Each payment has a receipt. After a correction it is void and another one replaces it.",
  ],
  none: ["Chưa có biên lai", "No receipts yet"],
  noneHint: ["Tiền vào phiếu là có biên lai.", "There is one as soon as money is on a bill."],
  slip: ["Phiếu tiền dư", "Credit slip"],
  nobody: ["Chưa rõ của ai", "Nobody's yet"],
  live: ["Có hiệu lực", "Valid"],
  void: ["Đã huỷ", "Void"],
  replaced: [(n: string) => `Thay bằng ${n}`, (n: string) => `Replaced by ${n}`],
  transfer: ["chuyển khoản", "transfer"],
  cash: ["tiền mặt", "cash"],
  pdf: ["PDF", "PDF"],
  pdfOf: [(n: string) => `PDF của ${n}`, (n: string) => `PDF of ${n}`],
  ofPupil: ["Biên lai của em", "This pupil's receipts"],
});
