/** The principal's board of the day. */

import { texts } from "./texts";

export const B = texts({
  title: ["Hôm nay", "Today"],
  live: ["Trực tiếp", "Live"],
  away: [
    (at: string) => `Số liệu lúc ${at}. Đang nối lại…`,
    (at: string) => `As of ${at}. Connecting again…`,
  ],
  arrived: ["Đã đến", "Arrived"],
  late: ["Đến muộn", "Late"],
  missing: ["Chưa quét", "Not scanned"],
  left: ["Đã về", "Left"],
  onLeave: ["Nghỉ có phép", "On leave"],
  absent: ["Vắng", "Absent"],
  absentHint: ["đã chốt", "decided"],
  held: [
    (n: string) => `${n} tin vắng chờ hiệu trưởng quyết định`,
    (n: string) => `${n} absence alerts wait for you`,
  ],
  heldHint: [
    "Có điều chưa chắc nên chưa báo gia đình.",
    "Something is doubtful, so no family has been told.",
  ],
  toHeld: ["Xem và quyết định", "Look and decide"],
  ofAll: [(n: string) => `trên ${n} em`, (n: string) => `of ${n} pupils`],
  missingHint: ["Chưa quét không có nghĩa là vắng.", "Not scanned does not mean absent."],
  pending: [
    (n: string, phones: string) =>
      `Còn ${n} lượt quét trong ${phones} máy chưa gửi về: số “chưa quét” có thể giảm.`,
    (n: string, phones: string) =>
      `${n} scans on ${phones} phones are not sent yet: fewer pupils may be missing.`,
  ],
  noShift: ["Hôm nay không có buổi học", "There are no lessons today"],
  noShiftHint: [
    "Các lượt quét vẫn được ghi và báo cho gia đình.",
    "Scans are recorded all the same, and families are told.",
  ],
  noPupils: ["Chưa có học sinh nào trong lớp", "No class has pupils yet"],
  toSetup: ["Đến phần chuẩn bị", "To the set-up"],
  shifts: ["Ca học", "Shift"],
  current: ["Hiện tại", "Now"],
  notBegun: [
    (name: string, at: string) => `${name} bắt đầu lúc ${at}.`,
    (name: string, at: string) => `${name} begins at ${at}.`,
  ],

  classes: ["Theo lớp", "By class"],
  classList: ["Mở danh sách lớp", "Open the class list"],
  className: ["Lớp", "Class"],
  enrolled: ["Sĩ số", "Pupils"],
  order: ["Thứ tự", "Order"],
  byName: ["Theo tên lớp", "By class name"],
  byMissing: ["Thiếu nhiều trước", "Most missing first"],
  openClass: [
    (name: string) => `Ai chưa đến lớp ${name}`,
    (name: string) => `Who is missing in ${name}`,
  ],
  share: [
    (arrived: string, all: string) => `${arrived}/${all} em`,
    (a: string, all: string) => `${a}/${all}`,
  ],
  lateCount: [(n: string) => `${n} muộn`, (n: string) => `${n} late`],
  missingCount: [(n: string) => `${n} chưa quét`, (n: string) => `${n} missing`],
  allHere: ["Đủ", "All here"],

  dialog: [(name: string) => `Lớp ${name}`, (name: string) => `Class ${name}`],
  whoMissing: [(n: string) => `Chưa quét (${n})`, (n: string) => `Not scanned (${n})`],
  whoLate: [(n: string) => `Đến muộn (${n})`, (n: string) => `Late (${n})`],
  nobodyMissing: ["Cả lớp đã đến.", "The whole class is here."],
  lateBy: [
    (at: string, minutes: number) => `${at}, muộn ${minutes} phút`,
    (at: string, minutes: number) => `${at}, ${minutes} min late`,
  ],

  chart: ["Số em đến theo phút", "Arrivals by minute"],
  chartSaid: [
    (most: string, at: string, first: string, last: string) =>
      `Đông nhất lúc ${at}: ${most} em. Em đầu tiên ${first}, gần nhất ${last}.`,
    (most: string, at: string, first: string, last: string) =>
      `Busiest at ${at}: ${most} pupils. First ${first}, latest ${last}.`,
  ],
  chartTable: ["Xem bằng số", "As numbers"],
  quarter: ["Khoảng giờ", "Time"],
  pupils: ["Số em", "Pupils"],

  gates: ["Cổng và máy quét", "Gates and phones"],
  noGates: ["Chưa có điểm quét nào", "There are no stations yet"],
  scans: [(n: string) => `${n} lượt quét`, (n: string) => `${n} scans`],
  perMinute: [(n: string) => `${n} lượt phút qua`, (n: string) => `${n} in the last minute`],
  noPhones: ["Hôm nay chưa mở máy quét nào ở đây.", "No phone has scanned here today."],
  phoneOn: [(at: string) => `Đang quét, báo về ${at}`, (at: string) => `Scanning, heard at ${at}`],
  phoneClosed: [(at: string) => `Đã đóng lúc ${at}`, (at: string) => `Closed at ${at}`],
  phoneSilent: [(at: string) => `Không báo về từ ${at}`, (at: string) => `Silent since ${at}`],
  phonePending: [(n: string) => `${n} lượt chưa gửi`, (n: string) => `${n} not sent`],
  notTaken: ["Lượt bị từ chối và cần xem", "Refused, or to be looked at"],
});

/** Outcomes that a principal can do something about; the others are daily life. */
export const OUTCOMES = texts({
  pending_review: ["Chờ duyệt", "To be reviewed"],
  geo_uncertain: ["Chưa chắc vị trí", "Place uncertain"],
  clock_suspect: ["Giờ máy quét sai", "Phone's clock is off"],
  clone_suspect: ["Nghi thẻ bị sao chép", "Card may be copied"],
  impossible_travel: ["Hai nơi quá nhanh", "Two places too fast"],
  duplicate: ["Quét lặp", "Scanned twice"],
  invalid: ["Không đọc được", "Unreadable"],
  geo_outside: ["Ngoài khu vực trường", "Outside the school"],
  need_better_fix: ["Định vị quá yếu", "Position too weak"],
  mock_suspect: ["Vị trí giả", "False position"],
  code_expired: ["Mã đã cũ", "Code too old"],
  code_future: ["Mã chưa đến giờ", "Code from the future"],
  bad_mac: ["Mã không phải của trường", "Not a code of ours"],
  unknown_key: ["Thẻ đời cũ", "Card of an old key"],
  card_revoked: ["Thẻ đã huỷ", "Card revoked"],
  wrong_school: ["Thẻ trường khác", "Another school's card"],
  not_enrolled: ["Không còn học ở trường", "Not enrolled"],
  forbidden: ["Người quét không có quyền", "Scanner not allowed"],
  device_unbound: ["Chưa gắn điện thoại", "Phone not bound"],
  device_revoked: ["Máy đã báo mất", "Phone reported lost"],
  stale_event: ["Quá 30 ngày", "Older than 30 days"],
  conflict: ["Trùng mã lượt quét", "Same id, other scan"],
});
