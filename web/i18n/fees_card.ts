/** Fees on a family's first screen, which carries no more of them than this. */

import { texts } from "./texts";

export const H = texts({
  title: ["Khoản thu", "Fees"],
  toPay: [(sum: string) => `Cần đóng ${sum} đ`, (sum: string) => `${sum} đ to pay`],
  nothing: ["Không còn khoản nào phải đóng", "Nothing is due"],
});
