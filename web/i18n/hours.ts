/** A member of staff's own hours. */

import { texts } from "./texts";

export const H = texts({
  title: ["Giờ công của tôi", "My hours"],
  month: ["Tháng", "Month"],
  earlier: ["Tháng trước", "The month before"],
  later: ["Tháng sau", "The month after"],
  none: ["Chưa có ngày nào trong tháng này", "No day in this month yet"],
  days: ["Ngày có mặt", "Days worked"],
  hours: ["Tổng giờ", "Hours"],
  late: ["Đi muộn", "Late"],
  lateTimes: [
    (n: number, minutes: number) => (n ? `${n} lần, ${minutes} phút` : "Không"),
    (n: number, minutes: number) => (n ? `${n} times, ${minutes} min` : "Never"),
  ],
  leave: ["Nghỉ phép", "Leave"],
  leaveDays: [(n: string) => `${n} ngày`, (n: string) => `${n} days`],
  missed: ["Buổi vắng", "Shifts missed"],
  forgotten: ["Quên quét ra", "Forgot to check out"],
  waiting: ["Lượt chờ nhà trường xem", "Waiting for the school"],
  hm: [
    (hours: number, minutes: number) => (minutes ? `${hours} giờ ${minutes} phút` : `${hours} giờ`),
    (hours: number, minutes: number) => (minutes ? `${hours} h ${minutes} min` : `${hours} h`),
  ],
  present: ["Có mặt", "Present"],
  lateBy: [(n: number) => `Muộn ${n} phút`, (n: number) => `${n} min late`],
  onLeave: ["Nghỉ phép", "On leave"],
  away: ["Vắng", "Missed"],
  due: ["Chưa đến", "Not yet"],
  noIn: ["không có lượt vào", "no check-in"],
  noOut: ["chưa quét ra", "not checked out"],
  forgot: ["quên quét ra", "check-out forgotten"],
  corrected: ["hiệu trưởng ghi", "put down by the principal"],
  waits: ["Có lượt chờ nhà trường xem", "Something waits for the school"],
  hint: [
    "Có gì chưa đúng, mời nói với hiệu trưởng để ghi lại.",
    "If something is wrong, please tell the principal, who puts it right.",
  ],
});
