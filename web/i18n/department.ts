/** The department: its days, its closures, and how far its news came. */

import { texts } from "./texts";

export const Z = texts({
  nav: ["Việc của sở", "The department's work"],
  navDay: ["Điểm danh trong ngày", "The day"],
  dayTitle: ["Điểm danh các trường", "The schools' day"],
  noSchools: ["Chưa có trường nào", "There are no schools yet"],
  few: [
    "Số dưới 5 không hiện, để không lộ ra em nào.",
    "Numbers under five are not shown, so that they point at no child.",
  ],
  tooFew: ["ẩn", "hidden"],
  find: ["Tìm trường", "Find a school"],
  school: ["Trường", "School"],
  expected: ["Phải đến", "Expected"],
  arrived: ["Đã đến", "Arrived"],
  late: ["Muộn", "Late"],
  onLeave: ["Có phép", "On leave"],
  missing: ["Chưa quét", "Not scanned"],
  absent: ["Vắng", "Absent"],
  held: ["Tin giữ lại", "Held"],
  nothingYet: ["Chưa có gì trong ngày", "Nothing on this day"],
  waiting: ["Chờ duyệt", "To approve"],
  corrections: ["Sửa", "Corrections"],
  correctionsOf: [
    (name: string) => `Xem sửa điểm danh chờ duyệt của ${name}`,
    (name: string) => `Look at corrections that wait at ${name}`,
  ],
  leave: ["Đơn nghỉ", "Leave"],
  leaveOf: [
    (name: string) => `Xem đơn nghỉ chờ Sở duyệt của ${name}`,
    (name: string) => `Look at leave that waits for the department at ${name}`,
  ],
  leaveTitle: ["Đơn xin nghỉ chờ Sở duyệt", "Leave for the department to decide"],
  leaveLead: [
    "Đơn mà không ai trong trường được duyệt: của hiệu trưởng, hoặc của con hiệu trưởng. Sở không thấy tên học sinh.",
    "Leave that nobody of the school may decide: the principal's own, or for a principal's child. Pupils are not named here.",
  ],
  leaveDone: ["Đơn đã trả lời", "Answered"],
  navDeliveries: ["Tin đã gửi", "News sent"],
  navFees: ["Thu không tiền mặt", "Cashless fees"],
  navForbidden: ["Khoản không được thu", "Forbidden collections"],
  navClosures: ["Cho nghỉ", "Closures"],
});
