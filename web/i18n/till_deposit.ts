/** What is said of the school's own cash that it has paid into its bank. */

import { texts } from "./texts";

export const V = texts({
  open: ["Tiền mặt của trường nộp vào", "Cash of the school's own"],
  title: ["Tiền mặt của trường nộp vào ngân hàng", "Cash that the school has paid in"],
  lead: [
    "Tiền này đã đếm lúc thu tiền mặt. Duyệt rồi thì quỹ bớt đi, khoản này không tính là thu thêm.",
    "It was counted when it was taken as cash: the cash box has less, and nothing more has come in.",
  ],
  from: ["Từ quỹ", "Out of the cash box"],
  reasonHint: [
    "Ví dụ: giấy nộp tiền số 12 ngày 16/11",
    "Such as: paying-in slip 12 of 16 November",
  ],
  asked: ["Đã gửi đề nghị. Người khác sẽ duyệt.", "Asked for. Another person will approve."],
  done: ["Tiền mặt đã nộp", "Cash paid in"],
  approveAsk: [
    (sum: string) => `Duyệt ${sum} là tiền mặt của trường?`,
    (sum: string) => `${sum} is the school's own cash?`,
  ],
  approveHint: [
    "Xem giấy nộp tiền: đúng ngày, đúng số tiền, người nộp là người của trường thì mới duyệt.",
    "Look at the paying-in slip first: its day, its amount, and that somebody of the school paid.",
  ],
  rejectAsk: ["Không phải tiền mặt của trường?", "Not the school's own cash?"],
  restoreAsk: [
    (sum: string) => `${sum} không phải tiền mặt của trường?`,
    (sum: string) => `${sum} is not the school's own cash?`,
  ],
  restoreHint: [
    "Khoản này về lại mục chờ xử lý, quỹ tiền mặt có lại số tiền ấy.",
    "It waits for a person again, and the cash box has its money back.",
  ],
});
