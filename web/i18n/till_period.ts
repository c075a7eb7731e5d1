/** What a period's table of charges says. */

import { texts } from "./texts";

export const P = texts({
  amount: ["Mời ghi mức thu.", "Please write the amount."],
  over_cap: ["Cao hơn mức tối đa của văn bản.", "Above the document's cap."],
  quantity: ["Số lượng từ 1 đến 366.", "A quantity from 1 to 366."],
  twice: ["Khoản này đã có cho đúng nhóm và lần này.", "This item is there already for them."],
  onePupil: ["Một học sinh", "One pupil"],
  otherGroup: ["Lớp đã ngừng", "A former class"],
  pupil: ["Mời chọn học sinh.", "Please choose a pupil."],
  dueDay: ["Hạn riêng", "Own due day"],
  dueHint: ["Để trống: hạn của đợt.", "Empty: the period's."],
  removeOf: [(name: string) => `Bỏ ${name}`, (name: string) => `Remove ${name}`],
});
