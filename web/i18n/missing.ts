/** Who is not here, and whom to call. */

import { texts } from "./texts";

export const M = texts({
  title: ["Chưa có mặt", "Not here yet"],
  hint: [
    "Các em chưa quét thẻ và không có đơn nghỉ được duyệt. Mỗi lần xem số điện thoại đều được ghi lại.",
    "Neither scanned nor on approved leave. Each look at a phone number is put down.",
  ],
  nobody: ["Không thiếu em nào", "Nobody is missing"],
  nobodyHint: ["Trong buổi học đang diễn ra.", "In the session that is on."],
  toldAt: [(at: string) => `Đã báo nhà lúc ${at}`, (at: string) => `Family told at ${at}`],
  held: ["Chờ hiệu trưởng duyệt tin", "Held for the principal"],
  notTold: ["Chưa báo gia đình", "Family not told"],
  noGuardian: ["Chưa có số điện thoại của gia đình.", "There is no number of the family."],
  call: ["Gọi", "Call"],
  lookUp: [(name: string) => `Xem số và gọi ${name}`, (name: string) => `Look up and call ${name}`],
  callNumber: [(phone: string) => `Gọi ${phone}`, (phone: string) => `Call ${phone}`],
  mother: ["Mẹ", "Mother"],
  father: ["Bố", "Father"],
  grandparent: ["Ông bà", "Grandparent"],
  sibling: ["Anh chị", "Sibling"],
  relative: ["Người giám hộ", "Guardian"],
});
