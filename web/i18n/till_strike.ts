/** What is said of money that is in the books and should not be. */

import { texts } from "./texts";

export const X = texts({
  open: ["Khoản này bị ghi hai lần", "This money is counted twice"],
  openMissing: ["Ngân hàng không có khoản này", "The bank has no such money"],
  title: ["Gỡ khoản này khỏi sổ", "Take this money out of the books"],
  lead: [
    "Không chuyển tiền đi đâu cả: sổ chỉ bớt phần ghi thừa. Người khác duyệt rồi mới gỡ.",
    "No money is moved: the books lose what they have too much. Another person approves.",
  ],
  here: ["Khoản này", "This one"],
  which: ["Nó là cùng một lần chuyển với", "It is the same transfer as"],
  missing: [
    "Không có khoản nào: ngân hàng không nhận được tiền này",
    "None: the bank never got this money",
  ],
  reasonHint: ["Ví dụ: sao kê và báo có là một", "Such as: statement and notice are one"],
  takeOffFirst: [
    "Tiền này còn ở trong phiếu. Hãy gỡ ra khỏi phiếu trước, rồi quay lại đây.",
    "It is on bills. Take it back from them first, then come back here.",
  ],
  asked: ["Đã gửi đề nghị gỡ. Người khác sẽ duyệt.", "Asked for. Another person will approve."],
  struck: ["Đã gỡ khỏi sổ", "Out of the books"],
  restored: ["Đã khôi phục", "Restored"],
  strike: ["Gỡ khỏi sổ", "Out of the books"],
  isDouble: ["Khoản này cùng một lần chuyển với", "It is the same transfer as"],
  other: ["khoản được giữ lại", "the one that stays"],
  wasMissing: ["Ngân hàng không nhận được khoản này.", "The bank never got this money."],
  approveAsk: [
    (sum: string) => `Duyệt gỡ ${sum} khỏi sổ?`,
    (sum: string) => `Take ${sum} out of the books?`,
  ],
  approveHint: [
    "Mở ứng dụng ngân hàng xem lại: tiền chỉ về một lần thì mới duyệt.",
    "Look at the bank first: approve only if the money came once.",
  ],
  approveMissingHint: [
    "Mở ứng dụng ngân hàng xem lại: không có khoản này thì mới duyệt.",
    "Look at the bank first: approve only if it is not there.",
  ],
  rejectAsk: ["Không gỡ khoản này?", "Leave this money in?"],
  gone: ["Bị gỡ", "Goes"],
  stays: ["Giữ lại", "Stays"],
  restore: ["Khôi phục", "Restore"],
  restoreAsk: [(sum: string) => `Tính lại ${sum} vào sổ?`, (sum: string) => `Count ${sum} again?`],
  restoreHint: [
    "Khi ngân hàng có khoản này thật. Khoản tiền về lại mục chờ xử lý.",
    "If the bank has it after all. It waits for a person again.",
  ],
  fromAccount: ["Chuyển từ tài khoản", "Paid from the account"],
  ownAccount: ["Chọn tài khoản ngân hàng", "Choose a bank account"],
  cashHint: [
    "Tiền mặt được hoàn bằng chuyển khoản; sổ quỹ của ngày thu không đổi.",
    "Cash goes back by a transfer; the till's count of its day stays.",
  ],
});
