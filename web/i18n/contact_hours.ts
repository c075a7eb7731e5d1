/** When a teacher reads messages. */

import { texts } from "./texts";

export const H = texts({
  title: ["Giờ liên lạc", "Contact hours"],
  lead: [
    "Gia đình nhắn lúc nào cũng được. Ngoài giờ này điện thoại của thầy cô không báo; tin chờ đến đầu giờ sau.",
    "Families may write at any time. Outside these hours your phone stays quiet; messages wait for the next ones.",
  ],
  none: [
    "Ở trường này thầy cô chưa có lớp nào nên chưa có giờ liên lạc.",
    "You have no class at this school, so there are no contact hours.",
  ],
  hours: ["Nhận tin trong giờ", "Messages are told"],
  from: ["Từ", "From"],
  until: ["Đến", "Until"],
  order: ["Giờ cuối phải sau giờ đầu.", "They end after they begin."],
  days: ["Các ngày", "On"],
  day1: ["Thứ Hai", "Monday"],
  day2: ["Thứ Ba", "Tuesday"],
  day3: ["Thứ Tư", "Wednesday"],
  day4: ["Thứ Năm", "Thursday"],
  day5: ["Thứ Sáu", "Friday"],
  day6: ["Thứ Bảy", "Saturday"],
  day7: ["Chủ nhật", "Sunday"],
  away: ["Khi vắng mặt", "When away"],
  awayHint: [
    "Nghỉ phép, đi tập huấn: gia đình thấy ngày thầy cô trở lại.",
    "On leave or in training: families see when you are back.",
  ],
  awayUntil: ["Vắng đến hết ngày", "Away until the end of"],
  awayNote: ["Lời nhắn cho gia đình", "A word to families"],
  awayNoteHint: [
    "Ví dụ: việc gấp mời gọi văn phòng trường.",
    "Such as: if urgent, call the office.",
  ],
  back: ["Tôi đã trở lại", "I am back"],
  save: ["Lưu giờ liên lạc", "Save the hours"],
  saved: ["Đã lưu.", "Saved."],
});
