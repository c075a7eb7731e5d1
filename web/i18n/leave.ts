/** Requests for leave: a family's for a child, a member of staff's own, and who decides them. */

import { texts } from "./texts";

export const V = texts({
  ask: ["Xin nghỉ", "Ask for leave"],
  askFor: [(name: string) => `Xin nghỉ cho ${name}`, (name: string) => `Leave for ${name}`],
  askOwn: ["Xin nghỉ của tôi", "My leave"],
  mayNot: [
    "Tài khoản này chưa được xin nghỉ cho em. Mời người giám hộ chính gửi đơn, hoặc liên hệ nhà trường.",
    "This account may not ask leave for the child. Please let the first guardian ask, or call the school.",
  ],
  // When
  when: ["Nghỉ ngày nào?", "Which day?"],
  today: ["Hôm nay", "Today"],
  tomorrow: ["Ngày mai", "Tomorrow"],
  otherDays: ["Ngày khác", "Other days"],
  from: ["Từ ngày", "From"],
  to: ["Đến hết ngày", "Until the end of"],
  part: ["Nghỉ buổi nào?", "Which part?"],
  wholeDay: ["Cả ngày", "All day"],
  morning: ["Buổi sáng", "Morning"],
  afternoon: ["Buổi chiều", "Afternoon"],
  early: ["Về sớm", "Leave early"],
  exitAt: ["Về lúc mấy giờ?", "Leaving at what time?"],
  exitHint: [
    "Khi được duyệt, cổng trường thấy phiếu về sớm của em.",
    "Once approved, the gate sees the slip.",
  ],
  earlyAt: [(at: string) => `về sớm lúc ${at}`, (at: string) => `leaving at ${at}`],
  // Why
  why: ["Vì sao?", "Why?"],
  reason: ["Lý do", "The reason"],
  whySick: ["Con bị ốm", "The child is ill"],
  whyDoctor: ["Đi khám bệnh", "Seeing a doctor"],
  whyFamily: ["Gia đình có việc", "A family matter"],
  whyContest: ["Đi thi, hoạt động của trường", "A contest or a school event"],
  whyOwnSick: ["Bị ốm", "Ill"],
  whyOwnCourse: ["Đi tập huấn", "Training"],
  // The note
  note: ["Ảnh giấy khám (không bắt buộc)", "The doctor's note (optional)"],
  noteHint: [
    "Chỉ người duyệt đơn xem được ảnh này.",
    "Only who decides on the request sees the picture.",
  ],
  takeNote: ["Chụp ảnh", "Take a picture"],
  chooseNote: ["Chọn ảnh có sẵn", "Choose a picture"],
  dropNote: ["Bỏ ảnh", "Remove"],
  noteAlt: ["Ảnh giấy khám", "The doctor's note"],
  noteFailed: [
    "Đơn đã gửi, nhưng ảnh chưa gửi được.",
    "The request is sent, but the picture is not.",
  ],
  noteAgain: ["Gửi lại ảnh", "Send the picture again"],
  withNote: ["có ảnh giấy khám", "with a doctor's note"],
  // Before and after sending
  next: [
    "Thầy cô chủ nhiệm sẽ duyệt và trả lời tại đây. Khi đơn được duyệt, nhà trường không báo vắng.",
    "The homeroom teacher decides and answers here. Once approved, no absence is reported.",
  ],
  nextPast: [
    "Khi thầy cô chủ nhiệm duyệt, ngày này được ghi là nghỉ có phép.",
    "Once the homeroom teacher approves, the day counts as excused.",
  ],
  nextOwn: ["Hiệu trưởng sẽ duyệt và trả lời tại đây.", "The principal decides and answers here."],
  send: ["Gửi đơn", "Send the request"],
  sent: ["Đã gửi đơn. Đang chờ duyệt.", "Sent. Waiting for the answer."],
  another: ["Viết đơn khác", "Write another"],
  // What is missing
  dayMissing: ["Mời chọn ngày.", "Please choose a day."],
  dayOrder: ["Ngày cuối phải sau ngày đầu.", "The last day comes before the first."],
  dayTooOld: [
    "Chỉ xin được cho 7 ngày vừa qua. Mời liên hệ nhà trường.",
    "Only for the last 7 days. Please speak with the school.",
  ],
  tooLong: [
    "Mỗi đơn nhiều nhất 30 ngày. Nghỉ lâu hơn, mời nói với nhà trường.",
    "At most 30 days in one request. For longer, please speak with the school.",
  ],
  earlyOver: ["Ngày đã qua thì không xin về sớm được.", "That day is over."],
  earlyOneDay: ["Về sớm thì mời chọn một ngày.", "For leaving early, choose one day."],
  timeMissing: ["Mời chọn giờ.", "Please choose the time."],
  reasonMissing: ["Mời chọn hoặc ghi lý do.", "Please choose or write a reason."],
  // The list
  mine: ["Các đơn đã gửi", "Requests sent"],
  noneYet: ["Chưa có đơn nào.", "No request yet."],
  until: [
    (first: string, last: string) => `${first} đến hết ${last}`,
    (first: string, last: string) => `${first} to ${last}`,
  ],
  pending: ["Chờ duyệt", "Waiting"],
  approved: ["Đã duyệt", "Approved"],
  rejected: ["Không duyệt", "Not approved"],
  withdrawn: ["Đã rút", "Withdrawn"],
  withdraw: ["Rút đơn", "Withdraw"],
  withdrawAsk: ["Rút đơn xin nghỉ này?", "Withdraw this request?"],
  withdrawHint: [
    "Em đi học bình thường, và điểm danh được tính như mọi ngày.",
    "The child comes to school, and attendance counts as on any day.",
  ],
  withdrawOwnHint: ["Ngày công được tính như mọi ngày.", "The day counts as any working day."],
  answered: [(who: string) => `${who} trả lời`, (who: string) => `${who} answered`],
  school: ["Nhà trường", "The school"],
  // Deciding
  toDecide: ["Đơn xin nghỉ chờ duyệt", "Leave to decide"],
  allOf: ["Tất cả đơn của lớp", "All requests of the class"],
  requests: ["Đơn xin nghỉ", "Leave requests"],
  look: ["Xem đơn", "Open"],
  lookAt: [(name: string) => `Xem đơn của ${name}`, (name: string) => `${name}'s request`],
  askedBy: [
    (who: string, at: string) => `${who} gửi, ${at}`,
    (who: string, at: string) => `By ${who}, ${at}`,
  ],
  family: ["Gia đình", "The family"],
  aPupil: ["Một học sinh", "A pupil"],
  words: ["Lời nhắn cho gia đình", "Words to the family"],
  wordsOwn: ["Lời nhắn", "Your words"],
  wordsHint: ["Cần có khi không duyệt.", "Needed when you do not approve."],
  wordsMissing: ["Mời ghi vì sao không duyệt.", "Please say why not."],
  approve: ["Duyệt", "Approve"],
  reject: ["Không duyệt", "Do not approve"],
  approveHint: [
    "Duyệt thì ngày này là nghỉ có phép và gia đình không bị báo vắng.",
    "Approved days are excused, and the family gets no absence alert.",
  ],
  approveFirstHint: [
    "Ngày của tháng trước cần thêm một người duyệt, nếu trường quy định như vậy.",
    "Days of a past month take a second person, if the school's rules say so.",
  ],
  approvedFirst: [
    (who: string) => `${who} đã duyệt ngày của tháng trước, chờ người thứ hai`,
    (who: string) => `${who} approved days of a past month; it takes a second person`,
  ],
  showNote: ["Xem ảnh giấy khám", "See the doctor's note"],
  nothingToDecide: ["Không có đơn nào", "No request"],
});
