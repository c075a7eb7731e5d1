/** Saying that something is wrong about a child's day. */

import { texts } from "./texts";

export const W = texts({
  whichDay: ["Ngày nào?", "Which day?"],
  whatIsWrong: ["Điều gì chưa đúng?", "What is not right?"],
  noteForSchool: ["Nhắn thêm cho nhà trường (không bắt buộc)", "A word to the school (optional)"],
  sendWrong: ["Gửi nhà trường", "Send to the school"],
  wrongHint: [
    "Giáo viên chủ nhiệm sẽ xem và trả lời ngay tại đây.",
    "The homeroom teacher will look at it and answer here.",
  ],
  chooseWrong: ["Mời chọn một điều.", "Please choose one."],
  dayBad: [
    "Mời chọn hôm nay hoặc một ngày trong ba tháng qua.",
    "Choose today or a day of the last three months.",
  ],
});
