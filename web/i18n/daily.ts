/** The principal's day: where the pages are, and the alerts that wait. */

import { texts } from "./texts";

export const D = texts({
  nav: ["Việc hằng ngày", "Daily work"],
  navHeld: ["Tin vắng", "Absences"],
  navReviews: ["Lượt cần xem", "Scans to review"],
  navClosures: ["Cho nghỉ", "Closures"],
  navLeave: ["Thầy cô xin nghỉ", "Staff leave"],
  navHours: ["Giờ công", "Staff hours"],
  navDeliveries: ["Tin đã gửi", "News sent"],
  navCorrections: ["Sửa chờ duyệt", "Corrections"],
  navRules: ["Quy tắc", "Rules"],
  navFees: ["Kết quả thu", "Fees"],
  navMissing: ["Gọi gia đình", "Call families"],

  leaveTitle: ["Đơn xin nghỉ của thầy cô", "Leave of the staff"],
  leaveNoneHint: [
    "Thầy cô gửi đơn từ trang Chấm công của mình.",
    "Staff ask from their own check-in page.",
  ],
  leaveDone: ["Các đơn khác", "Other requests"],

  heldTitle: ["Tin vắng trong ngày", "Absences of the day"],
  days: ["Ngày", "Day"],
  earlier: ["Ngày trước", "The day before"],
  later: ["Ngày sau", "The day after"],
  noRun: ["Chưa đến giờ chốt vắng", "Absence is not decided yet"],
  noRunHint: [
    "Sau giờ chốt của mỗi ca, em nào chưa đến sẽ hiện ở đây.",
    "After each shift's cut-off, pupils who are not here appear here.",
  ],
  noRunPast: ["Ngày này không chốt vắng ca nào", "No shift was decided on this day"],
  ranAt: [(at: string) => `Chốt lúc ${at}`, (at: string) => `Decided at ${at}`],
  runNumbers: [
    (missing: string, enrolled: string) => `Thiếu ${missing} trên ${enrolled} em`,
    (missing: string, enrolled: string) => `${missing} of ${enrolled} pupils are not here`,
  ],
  runParts: [
    (told: string, held: string, leave: string) =>
      `Báo ngay ${told}, giữ lại ${held}, nghỉ có phép ${leave}`,
    (told: string, held: string, leave: string) => `${told} told, ${held} held, ${leave} on leave`,
  ],
  waitTitle: [(n: string) => `Chờ quyết định (${n})`, (n: string) => `Waiting for you (${n})`],
  waitHint: [
    "Tin của các em này được giữ lại vì có điều chưa chắc. Gia đình chưa nhận được gì.",
    "These alerts are held because something is doubtful. The families have been told nothing.",
  ],
  whyAll: ["Vì sao giữ lại", "Why they are held"],
  pickAll: [(n: string) => `Chọn cả ${n} em`, (n: string) => `Choose all ${n}`],
  release: [(n: string) => `Gửi tin (${n})`, (n: string) => `Send (${n})`],
  drop: [(n: string) => `Bỏ tin (${n})`, (n: string) => `Drop (${n})`],
  releaseTitle: [
    (n: string) => `Gửi tin vắng cho gia đình ${n} em?`,
    (n: string) => `Tell the families of ${n} pupils?`,
  ],
  releaseHint: [
    "Gia đình được báo ngay. Em nào vừa quét thẻ hay có phép thì không gửi nữa.",
    "Families are told now. Nothing is sent for who was scanned or excused meanwhile.",
  ],
  releaseDo: ["Gửi tin", "Send"],
  dropTitle: [(n: string) => `Bỏ tin vắng của ${n} em?`, (n: string) => `Drop ${n} alerts?`],
  dropHint: [
    "Gia đình không nhận tin gì, các em vẫn là “chưa quét”. Không lấy lại được.",
    "Families hear nothing, and the pupils stay “not scanned”. It cannot be taken back.",
  ],
  dropDo: ["Bỏ tin", "Drop"],
  released: [
    (n: string, none: string) => `Đã gửi tin cho ${n} em${none}.`,
    (n: string, none: string) => `Told of ${n} pupils${none}.`,
  ],
  dropped: [(n: string) => `Đã bỏ tin của ${n} em.`, (n: string) => `${n} alerts dropped.`],
  releasedNone: [
    (n: string) => `; ${n} em không còn phải báo`,
    (n: string) => `; ${n} no longer needed it`,
  ],
  doneTitle: [(n: string) => `Đã xong (${n})`, (n: string) => `Done (${n})`],
  toldAt: [(at: string) => `Đã báo lúc ${at}`, (at: string) => `Told at ${at}`],
  notNeeded: ["Không cần báo nữa", "No longer needed"],
  isDropped: ["Đã bỏ", "Dropped"],
  by: [(who: string, at: string) => `${who}, ${at}`, (who: string, at: string) => `${who}, ${at}`],
  nobodyWaits: ["Không có tin nào chờ quyết định.", "No alert waits for a decision."],
  nobodyMissing: ["Không thiếu em nào.", "Nobody was missing."],
});
