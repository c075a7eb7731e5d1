/** Scans that wait for the principal's word. */

import { texts } from "./texts";

export const R = texts({
  title: ["Lượt quét cần xem", "Scans to review"],
  none: ["Không có lượt nào cần xem", "Nothing to review"],
  noneHint: [
    "Lượt quét chưa chắc chắn trong 45 ngày qua sẽ hiện ở đây.",
    "Uncertain scans of the last 45 days appear here.",
  ],
  total: [
    (n: string, day: string) => `${n} lượt đang chờ, cũ nhất: ${day}`,
    (n: string, day: string) => `${n} scans wait, the oldest: ${day}`,
  ],
  groups: ["Xử lý cả nhóm", "Decide in groups"],
  groupsHint: [
    "Nhiều em cùng một máy, một cổng, một lý do: thường là một nguyên nhân chung.",
    "Many pupils, one phone, one gate, one reason: there is usually one cause.",
  ],
  group: [
    (n: string, people: string) => `${n} lượt của ${people} em`,
    (n: string, people: string) => `${n} scans of ${people} people`,
  ],
  groupPart: [
    (n: string) => `Mỗi lần xử lý tối đa ${n} lượt.`,
    (n: string) => `At most ${n} are decided at once.`,
  ],
  phoneOf: [(name: string) => `máy của ${name}`, (name: string) => `${name}'s phone`],
  upToMetres: [(n: string) => `cách trường tới ${n} m`, (n: string) => `up to ${n} m from school`],
  clockOff: [(n: string) => `đồng hồ máy lệch ${n} phút`, (n: string) => `clock off by ${n} min`],
  each: ["Từng lượt", "One by one"],
  why: ["Lý do", "Reason"],
  byPhone: ["Máy quét", "Phone"],
  byPerson: ["Người", "Person"],
  phoneUnknown: ["máy không rõ của ai", "a phone of somebody unknown"],
  all: [(n: string) => `Tất cả (${n})`, (n: string) => `All (${n})`],
  withCount: [
    (name: string, n: string) => `${name} (${n})`,
    (name: string, n: string) => `${name} (${n})`,
  ],
  in: ["Vào", "In"],
  out: ["Ra", "Out"],
  scannedBy: [(name: string) => `${name} quét`, (name: string) => `scanned by ${name}`],
  self: ["tự điểm danh", "own check-in"],
  other: [(what: string) => `Lượt kia: ${what}`, (what: string) => `The other scan: ${what}`],
  apart: [(n: string) => `cách ${n} m`, (n: string) => `${n} m apart`],
  note: [(words: string) => `Ghi chú: ${words}`, (words: string) => `Note: ${words}`],
  own: ["Lượt của chính mình: nhờ người khác xem.", "Your own: somebody else decides."],
  pick: [(name: string) => `Chọn lượt của ${name}`, (name: string) => `Choose ${name}'s scan`],
  pickAll: [(n: string) => `Chọn cả ${n} lượt`, (n: string) => `Choose all ${n}`],
  confirm: ["Chấp nhận", "Accept"],
  reject: ["Loại bỏ", "Reject"],
  confirmN: [(n: string) => `Chấp nhận (${n})`, (n: string) => `Accept (${n})`],
  rejectN: [(n: string) => `Loại bỏ (${n})`, (n: string) => `Reject (${n})`],
  confirmTitle: [(n: string) => `Chấp nhận ${n} lượt quét?`, (n: string) => `Accept ${n} scans?`],
  rejectTitle: [(n: string) => `Loại bỏ ${n} lượt quét?`, (n: string) => `Reject ${n} scans?`],
  confirmHint: [
    "Các lượt này được tính. Nếu điểm danh thay đổi, gia đình nhận một tin đính chính.",
    "These scans count. Where attendance changes, the family gets one correction.",
  ],
  rejectHint: [
    "Các lượt này không được tính, em có thể thành “chưa quét”. Nếu đã báo, gia đình nhận một tin đính chính.",
    "These scans do not count, and a pupil may become “not scanned”. Families who were told get one correction.",
  ],
  reason: ["Ghi lý do", "Why"],
  reasonMissing: ["Mời ghi lý do, ít nhất 3 chữ.", "Please say why, in 3 letters or more."],
  whyGps: ["Định vị yếu, em có mặt", "Weak position, was here"],
  whyAsked: ["Đã hỏi lại người quét", "Asked who scanned"],
  whyNotHere: ["Em không có mặt", "Was not here"],
  decided: [(n: string) => `Đã xử lý ${n} lượt.`, (n: string) => `${n} scans decided.`],
});

export const REASONS = texts({
  impossible_travel: ["Hai nơi quá nhanh", "Two places too fast"],
  clone_suspect: ["Nghi thẻ bị sao chép", "Card may be copied"],
  late_code: ["Mã đến muộn", "Code came late"],
  mark: ["Điểm danh bằng tay", "Marked by hand"],
  no_fix: ["Không có định vị", "No position"],
  geo_uncertain: ["Chưa chắc vị trí", "Place uncertain"],
  clock_suspect: ["Giờ máy quét sai", "Phone's clock is off"],
});
