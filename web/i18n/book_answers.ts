/** An announcement, and what a family answers. */

import { texts } from "./texts";

export const Q = texts({
  seeAnswers: ["Xem ai đã trả lời", "See who has answered"],
  yourAnswer: ["Câu trả lời của gia đình", "The family's answer"],
  yourAnswerStaff: ["Câu trả lời của thầy cô", "Your answer"],
  acknowledge: ["Đã đọc và nắm rõ", "Read and understood"],
  acknowledged: ["Gia đình đã xác nhận đã đọc", "The family has confirmed reading it"],
  rsvp: ["Gia đình có tham dự không?", "Will the family come?"],
  attending: ["Sẽ tham dự", "Coming"],
  absent: ["Không tham dự được", "Not coming"],
  perhaps: ["Chưa chắc", "Perhaps"],
  yesNo: ["Ý kiến của gia đình", "The family's choice"],
  yes: ["Đồng ý", "Yes"],
  no: ["Không đồng ý", "No"],
  choose: ["Chọn một", "Choose one"],
  write: ["Viết câu trả lời", "Write the answer"],
  note: ["Lời nhắn thêm (không bắt buộc)", "A word more (if you like)"],
  answerMissing: ["Mời chọn hoặc viết câu trả lời.", "Please choose or write an answer."],
  sendAnswer: ["Gửi trả lời", "Send the answer"],
  changeAnswer: ["Đổi câu trả lời", "Change the answer"],
  changeUntil: [
    (at: string) => `Có thể đổi đến ${at}.`,
    (at: string) => `It can be changed until ${at}.`,
  ],
  answeredByYou: [(at: string) => `Bạn trả lời lúc ${at}`, (at: string) => `You answered at ${at}`],
  answeredByOther: [
    (at: string) => `Người khác trong gia đình trả lời lúc ${at}`,
    (at: string) => `Somebody else of the family answered at ${at}`,
  ],
  onlyGuardians: ["Phần trả lời dành cho cha mẹ.", "The answer is for the parents to give."],
});
