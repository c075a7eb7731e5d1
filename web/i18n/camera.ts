/** The camera, wherever one is used. */

import { texts } from "./texts";

export const K = texts({
  picture: ["Hình từ máy ảnh", "The camera's picture"],
  starting: ["Đang mở máy ảnh…", "Opening the camera…"],
  deniedTitle: ["Máy ảnh đang bị chặn", "The camera is blocked"],
  denied: [
    "Bấm vào biểu tượng bên trái địa chỉ trang, chọn Quyền, cho phép Máy ảnh, rồi bấm Thử lại.",
    "Tap the icon left of the page's address, choose Permissions, allow the Camera, then try again.",
  ],
  deniedIos: [
    "Mở Cài đặt của iPhone, chọn Safari, Camera, chọn Cho phép, rồi bấm Thử lại.",
    "Open the iPhone's Settings, Safari, Camera, choose Allow, then try again.",
  ],
  noneTitle: ["Máy này không có máy ảnh", "This device has no camera"],
  none: ["Hãy dùng một điện thoại có máy ảnh.", "Please use a phone that has a camera."],
  busyTitle: ["Máy ảnh đang được dùng", "The camera is in use"],
  busy: [
    "Đóng ứng dụng khác đang dùng máy ảnh, rồi bấm Thử lại.",
    "Close the other app that uses the camera, then try again.",
  ],
  insecureTitle: ["Trang này chưa an toàn để mở máy ảnh", "This page may not open the camera"],
  insecure: [
    "Hãy mở bằng địa chỉ bắt đầu bằng https của nhà trường.",
    "Please open the school's address that begins with https.",
  ],
  readerTitle: ["Chưa tải được bộ đọc mã", "The code reader could not be loaded"],
  reader: [
    "Cần có mạng một lần để tải. Thử lại khi có sóng.",
    "It has to be loaded once over the network. Try again with a signal.",
  ],
  torchOn: ["Bật đèn", "Light on"],
  torchOff: ["Tắt đèn", "Light off"],
  turn: ["Đổi máy ảnh", "Other camera"],
});
