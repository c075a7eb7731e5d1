/** What the accountant reads about a bank's notice that may be money, and is not in the books. */

import { texts } from "./texts";

export const E = texts({
  title: ["Chờ quyết định", "To be decided"],
  hint: [
    "Ngân hàng báo những khoản này, nhưng hệ thống không chắc là tiền mới nên chưa ghi sổ. Mời xem sao kê hoặc ứng dụng ngân hàng rồi chọn.",
    "The bank told of these. The system is not sure that they are new money, so they are not in the books. Look at the statement or the bank's app, then choose.",
  ],
  differs: [
    "Giống một khoản đã có, hoặc báo khác với lần trước.",
    "Like money that is here, or told otherwise before.",
  ],
  ended: [
    "Báo sau khi đã ngắt kết nối này. Khoá ký có thể đã lộ: chỉ ghi khi ngân hàng có khoản ấy.",
    "Told after this connection was ended. Its secret may be known to others: only if the bank shows it.",
  ],
  told: ["Ngân hàng vừa báo", "What the bank told"],
  alike: ["Trong sổ có khoản giống", "Like it in the books"],
  alikeNone: ["Trong sổ không có khoản nào giống.", "There is nothing like it in the books."],
  inStatement: ["có trong sao kê", "in a statement"],
  wasTold: ["có báo có", "a notice told of it"],
  isNew: ["Đây là khoản mới", "It is new money"],
  isKnown: ["Đã có rồi", "It is here already"],
  isNotThere: ["Ngân hàng không có khoản này", "The bank does not have it"],
  notThereAsk: [
    (sum: string) => `Ngân hàng không có khoản ${sum} này?`,
    (sum: string) => `The bank does not have these ${sum}?`,
  ],
  notThereHint: [
    "Không ghi gì vào sổ, báo có này thôi chờ. Nếu sao kê sau này có khoản ấy thì vẫn được ghi.",
    "Nothing is counted and the notice waits no more. If a statement has it later, it is counted then.",
  ],
  notThereDo: ["Thôi chờ", "Wait no more"],
  notThereDone: [
    (sum: string) => `Báo có ${sum} thôi chờ. Không ghi gì vào sổ.`,
    (sum: string) => `The notice of ${sum} waits no more. Nothing was counted.`,
  ],
  not_there: ["ngân hàng không có", "not at the bank"],
  newAsk: [(sum: string) => `Ghi thêm ${sum} vào sổ?`, (sum: string) => `Count ${sum} more?`],
  newHint: [
    "Tiền vào phiếu ghi trong nội dung, hoặc nằm chờ ở Tiền về. Gia đình nhận tin và biên lai như mọi khoản.",
    "It goes to the bill that its memo names, or waits under Money. The family is told, as always.",
  ],
  newBeside: [
    "Trong sổ đã có khoản giống. Chỉ ghi thêm khi ngân hàng có hai lần chuyển.",
    "There is money like it in the books. Count it only if the bank shows two transfers.",
  ],
  newDo: ["Ghi khoản mới", "Count it"],
  knownAsk: [
    (sum: string) => `Là khoản ${sum} đã có trong sổ?`,
    (sum: string) => `Is it the ${sum} in the books?`,
  ],
  knownHint: [
    "Không ghi thêm đồng nào. Báo có này được gắn vào khoản ấy.",
    "Nothing is counted. The notice is put to that money.",
  ],
  knownOther: [
    (sum: string) => `Báo có này ghi ${sum}, khác số tiền trong sổ. Số trong sổ giữ nguyên.`,
    (sum: string) => `This notice says ${sum}, not what the books say. The books stay as they are.`,
  ],
  knownDo: ["Đúng là khoản ấy", "It is that one"],
  newDone: [(sum: string) => `Đã ghi thêm ${sum}.`, (sum: string) => `${sum} is counted.`],
  knownDone: [
    (sum: string) => `Đã gắn vào khoản ${sum}. Không ghi thêm đồng nào.`,
    (sum: string) => `It is put to the ${sum}. Nothing was counted.`,
  ],
  decidedBy: [
    (name: string, at: string) => `${name} quyết định ${at}`,
    (name: string, at: string) => `decided by ${name}, ${at}`,
  ],
  all: ["Mọi báo có", "All notices"],
  waiting: [
    (n: string) => `${n} báo có chờ quyết định`,
    (n: string) => `${n} notices to be decided`,
  ],
  some: [
    "Có báo có của ngân hàng chưa chắc là tiền mới.",
    "Some notices of the bank may be new money.",
  ],
  look: ["Xem và quyết định", "Look and decide"],
  endedState: ["báo sau khi ngắt kết nối", "told after its end"],
});
