/** Who may fetch a small child. */

import { texts } from "./texts";

export const F = texts({
  title: ["Người đón con", "Who may fetch the child"],
  about: [
    "Khi con ra về, máy ở cổng hiện những người có tên ở đây, sau khi nhà trường duyệt.",
    "When the child leaves, the phone at the gate shows the people named here, once the school has approved.",
  ],
  nobody: ["Chưa có ai trong danh sách", "Nobody is on the list yet"],
  add: ["Thêm người đón", "Add somebody"],
  name: ["Họ và tên", "Full name"],
  nameMissing: ["Mời nhập họ và tên.", "Please enter the name."],
  relation: ["Là gì của con?", "Who is it to the child?"],
  phone: ["Số điện thoại (không bắt buộc)", "Phone number (optional)"],
  from: ["Từ ngày", "From"],
  to: ["Đến ngày (để trống nếu lâu dài)", "Until (empty: for good)"],
  send: ["Gửi nhà trường duyệt", "Ask the school to approve"],
  proposed: ["Chờ nhà trường duyệt", "Waits for the school"],
  approved: ["Được đón", "May fetch"],
  refused: ["Không được duyệt", "Not approved"],
  bySchool: ["Nhà trường ghi", "Entered by the school"],
  by: [(name: string) => `${name} đề nghị`, (name: string) => `Proposed by ${name}`],
  since: [(day: string) => `từ ${day}`, (day: string) => `from ${day}`],
  only: [(day: string) => `chỉ ${day}`, (day: string) => `only ${day}`],
  until: [
    (from: string, to: string) => `${from} đến ${to}`,
    (from: string, to: string) => `${from} to ${to}`,
  ],
  end: ["Không đón nữa", "Not any more"],
  endAsk: [(name: string) => `${name} không đón con nữa?`, (name: string) => `${name} no more?`],
  endHint: [
    "Từ lúc này máy ở cổng không hiện người này nữa.",
    "From now on the phone at the gate does not show this person.",
  ],
  mother: ["Mẹ", "Mother"],
  father: ["Bố", "Father"],
  grandparent: ["Ông, bà", "Grandparent"],
  aunt_or_uncle: ["Cô, dì, chú, bác", "Aunt or uncle"],
  sibling: ["Anh, chị", "Brother or sister"],
  neighbour: ["Hàng xóm", "Neighbour"],
  nanny: ["Người giúp việc", "Nanny"],
  driver: ["Người đưa đón", "Driver"],
  other: ["Người khác", "Somebody else"],
});
