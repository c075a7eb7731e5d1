/** News while the app is closed. */

import { texts } from "./texts";

export const U = texts({
  title: ["Nhận tin kể cả khi đóng ứng dụng", "Get news while the app is closed"],
  hint: [
    "Tin con vào, ra trường hiện ngay trên màn hình khoá.",
    "Arrivals and departures appear on the lock screen.",
  ],
  onHint: ["Điện thoại này đang nhận tin.", "This phone gets the news."],
  on: ["Bật", "On"],
  off: ["Tắt", "Off"],
  turnOn: ["Bật thông báo", "Turn on"],
  needsInstall: [
    "Trên iPhone: bấm nút Chia sẻ, chọn “Thêm vào MH chính”, rồi mở ứng dụng từ màn hình chính để bật.",
    "On an iPhone: tap Share, “Add to Home Screen”, then open the app from there to turn this on.",
  ],
  denied: [
    "Trình duyệt đang chặn thông báo. Bấm biểu tượng ổ khoá cạnh địa chỉ trang, chọn Quyền, rồi cho phép Thông báo.",
    "The browser blocks notifications. Tap the lock beside the address, choose Permissions, and allow notifications.",
  ],
  unsupported: [
    "Trình duyệt này không nhận được tin khi đã đóng. Mời mở bằng Chrome, hoặc xem trong mục Tin báo.",
    "This browser gets no news while it is closed. Please use Chrome, or look under News.",
  ],
  noService: [
    "Điện thoại chưa nối được dịch vụ thông báo. Mời thử lại khi mạng tốt hơn.",
    "The phone could not reach its notification service. Please try again with a better network.",
  ],
});
