/** The code on the phone. */

import { texts } from "./texts";

export const K = texts({
  of: [(name: string) => `Mã của ${name}`, (name: string) => `${name}'s code`],
  picture: ["Mã QR để quét ở cổng trường", "QR code to be scanned at the gate"],
  nextIn: [(s: number) => `Mã mới sau ${s} giây`, (s: number) => `New code in ${s} s`],
  hint: [
    "Đưa mã cho thầy cô ở cổng quét thay cho thẻ. Nếu máy chưa đọc được, hãy tăng độ sáng màn hình.",
    "Show it at the gate in place of the card. If it is not read, make the screen brighter.",
  ],
  offline: [
    (until: string) => `Không có mạng vẫn dùng được đến ${until}.`,
    (until: string) => `Works without a network until ${until}.`,
  ],
  expired: [
    "Mã trên máy này đã hết hạn. Mời mở lại khi có mạng.",
    "The code on this phone has expired. Please open it again with a network.",
  ],
  clockOff: [
    (n: number) => `Đồng hồ của máy lệch ${n} phút; mã đã được tính theo giờ của trường.`,
    (n: number) => `This phone's clock is off by ${n} min; the code follows the school's.`,
  ],
});
