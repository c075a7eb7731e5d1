/** The contact book from the school's side: the way to its pages. */

import { texts } from "./texts";

export const K = texts({
  title: ["Sổ liên lạc", "Contact book"],
  nav: ["Các trang của sổ liên lạc", "Pages of the contact book"],
  navNotices: ["Thông báo", "Notices"],
  navThreads: ["Tin nhắn", "Messages"],
  navGroups: ["Nhóm", "Groups"],
  navHours: ["Giờ liên lạc", "Contact hours"],
  navWeek: ["Tuần này", "This week"],
  navReports: ["Báo cáo tin nhắn", "Reported messages"],
  navPhrases: ["Câu nhận xét", "Phrases"],
  navRates: ["Mức độ sử dụng", "How it is used"],
  filledToday: ["Đã ghi hôm nay", "Filled in today"],
  emptyToday: ["Hôm nay chưa ghi", "Not filled in today"],
  toDay: ["Ghi sổ hôm nay", "Fill in today"],
  classDay: [(name: string) => `Sổ lớp ${name}`, (name: string) => `Book of ${name}`],
  yourClasses: ["Lớp của tôi", "My classes"],
  newNotice: ["Soạn thông báo", "Write a notice"],
});
