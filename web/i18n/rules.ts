/** How a school decides about absence. */

import { texts } from "./texts";

export const Q = texts({
  title: ["Quy tắc điểm danh", "Attendance rules"],
  lead: ["Áp dụng từ giờ chốt kế tiếp.", "They hold from the next cut-off on."],
  alertAfter: ["Báo vắng sau giờ chốt (phút)", "Alert after the cut-off (minutes)"],
  alertAfterHint: [
    "Chờ thêm để máy quét gửi hết lượt quét về. Thường là 15 phút.",
    "Waits for scans that phones still hold. Usually 15 minutes.",
  ],
  classShare: ["Giữ tin khi lớp thiếu quá (%)", "Hold when a class misses over (%)"],
  classShareHint: [
    "Thiếu nhiều bất thường thường do máy quét, không phải do các em.",
    "So many missing is usually a scanner's fault, not the pupils'.",
  ],
  schoolShare: ["Giữ tin khi toàn trường thiếu quá (%)", "Hold when the school misses over (%)"],
  sms: ["Số SMS nhiều nhất mỗi ngày", "Text messages a day, at most"],
  smsHint: [
    "SMS chỉ gửi cho tin vắng khi ứng dụng không tới được. 0 là không gửi.",
    "Text messages go when the app does not reach a family. 0: none.",
  ],
  two: [
    "Sửa điểm danh tháng trước phải có người thứ hai duyệt",
    "A past month's attendance is corrected by two people",
  ],
  wrong: [
    (least: string, most: string) => `Mời nhập số nguyên từ ${least} đến ${most}.`,
    (least: string, most: string) => `Please enter a whole number from ${least} to ${most}.`,
  ],
  saved: ["Đã lưu quy tắc.", "The rules are saved."],
});
