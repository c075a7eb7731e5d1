/** What families read first: Today. */

import { texts } from "./texts";

export const P = texts({
  live: ["Tự cập nhật ngay khi con quét thẻ", "Updates by itself at each scan"],
  stale: [
    (at: string) => `Số liệu lúc ${at}, đang nối lại…`,
    (at: string) => `As of ${at}, reconnecting…`,
  ],
  staleOffline: [
    (at: string) => `Số liệu lúc ${at}. Có mạng sẽ tự cập nhật.`,
    (at: string) => `As of ${at}. It updates when there is a network.`,
  ],
  noDataYet: ["Chưa tải được số liệu hôm nay", "Today is not loaded yet"],
  noDataHint: ["Mở lại khi có mạng", "Open again with a network"],
  in: ["Đã vào trường", "At school"],
  out: ["Đã rời trường", "Left school"],
  notScanned: ["Chưa quét thẻ hôm nay", "Not scanned today"],
  present: ["Đã có mặt hôm nay", "Was present today"],
  presentHint: ["Nhà trường ghi nhận", "Noted by the school"],
  checking: ["Nhà trường đang kiểm tra", "The school is checking"],
  checkingScan: [
    (at: string) => `Thẻ được dùng lúc ${at}`,
    (at: string) => `The card was used at ${at}`,
  ],
  before: [
    (what: string, at: string) => `Trước đó: ${what.toLowerCase()} lúc ${at}`,
    (what: string, at: string) => `Before: ${what.toLowerCase()} at ${at}`,
  ],
  excused: ["Nghỉ có phép", "Absent, excused"],
  onLeave: ["Nghỉ có phép", "On leave"],
  onLeaveHint: ["Nhà trường đã duyệt đơn.", "The school has approved it."],
  unexcused: ["Chưa có mặt ở trường", "Not at school yet"],
  unexcusedHint: [
    "Con ở nhà: gửi đơn xin nghỉ. Con đã đi học: gọi ngay cho nhà trường.",
    "At home: ask for leave. Left for school: call the school now.",
  ],
  closedStorm: ["Trường nghỉ học vì bão", "School is closed: storm"],
  closedFlood: ["Trường nghỉ học vì lũ lụt", "School is closed: flood"],
  closedOther: ["Trường nghỉ học", "School is closed"],
  closedUntil: [
    (first: string, last: string) => `${first} đến hết ${last}`,
    (first: string, last: string) => `${first} to ${last}`,
  ],
  callSchool: ["Gọi trường", "Call the school"],
  askLeave: ["Xin nghỉ", "Ask for leave"],
  sayWrong: ["Báo chưa đúng", "This is wrong"],
  whatNow: [(name: string) => `${name}: việc cần làm`, (name: string) => `${name}: what to do`],
  noSchool: ["Hôm nay không có lịch học", "No school today"],
  late: [(n: number) => `Muộn ${n} phút`, (n: number) => `${n} min late`],
  noChildren: ["Chưa có học sinh nào", "No child yet"],
  noChildrenHint: [
    "Mời liên hệ nhà trường để nối tài khoản với con.",
    "Please ask the school to link this account with your child.",
  ],
  byHand: ["ghi tay", "noted by hand"],
});
