/** What the gate's screen says, and who pairs it. */

import { texts } from "./texts";

export const D = texts({
  title: ["Màn hình cổng", "Gate display"],
  pairLine: [
    "Máy này sẽ hiện mã để thầy cô và học sinh lớn tự quét khi đến trường.",
    "This screen will show the code that staff and older pupils scan as they arrive.",
  ],
  pairHow: [
    "Hiệu trưởng mở Chuẩn bị → Điểm quét → Ghép màn hình, rồi gõ mã hiện ra vào đây.",
    "The principal opens Set-up → Stations → Pair a screen; type the code shown there.",
  ],
  pairCode: ["Mã ghép", "Pairing code"],
  pairHint: ["Ví dụ: 101-7KQ2M XW9TB", "For example: 101-7KQ2M XW9TB"],
  pairMissing: ["Gõ mã ghép mà hiệu trưởng đưa.", "Type the code that the principal has."],
  pairGo: ["Ghép màn hình", "Pair this screen"],
  pairOther: [
    "Máy này đang có người đăng nhập. Ghép xong, người đó sẽ phải đăng nhập lại ở máy khác.",
    "Somebody is logged in here. Pairing logs that person out on this device.",
  ],
  pairEnded: [
    "Màn hình này đã được thay hoặc ngừng. Muốn dùng tiếp, ghép lại.",
    "This screen was replaced or ended. Pair it again to go on.",
  ],
  toLogin: ["Đăng nhập bằng số điện thoại", "Log in by phone number"],

  scanMe: ["Quét để điểm danh", "Scan to check in"],
  renews: [(s: number) => `Mã mới sau ${s} giây`, (s: number) => `New code in ${s} s`],
  codeAlt: ["Mã điểm danh, đổi liên tục", "Check-in code, changing all the time"],
  arrived: ["em đã đến trường hôm nay", "pupils have arrived today"],
  arrivedAt: [
    (at: string) => `em đã đến, tính đến ${at}`,
    (at: string) => `pupils arrived by ${at}`,
  ],
  offline: [
    (at: string) => `Mất mạng từ ${at}. Mã vẫn dùng được.`,
    (at: string) => `No network since ${at}. The code still works.`,
  ],
  noKey: ["Chưa có mã cho hôm nay", "There is no code for today yet"],
  noKeyHint: [
    "Nối mạng cho màn hình này một lát: nó tự lấy mã của hôm nay và ngày mai.",
    "Connect this screen for a moment: it fetches the codes of today and tomorrow by itself.",
  ],
  clockUnknown: [
    "Chưa so được giờ của máy với giờ hệ thống. Nếu mã bị từ chối, nối mạng cho máy.",
    "This device's clock is not checked yet. If codes are refused, connect it to the network.",
  ],
  clockWrong: [
    (how: string) => `Đồng hồ của máy này sai ${how}. Mã vẫn tính theo giờ đúng.`,
    (how: string) => `This device's clock is off by ${how}. The code follows the right time.`,
  ],
  clockMoved: [
    "Đồng hồ của máy vừa bị đổi. Nối mạng để so lại giờ.",
    "This device's clock has just been changed. Connect it so that it can be checked.",
  ],
  seconds: [(n: number) => `${n} giây`, (n: number) => `${n} s`],
  minutes: [(n: number) => `${n} phút`, (n: number) => `${n} min`],
  hours: [(n: number) => `${n} giờ`, (n: number) => `${n} h`],
  menu: ["Màn hình này", "This screen"],
  full: ["Toàn màn hình", "Full screen"],
  unpair: ["Bỏ ghép màn hình", "Unpair this screen"],
  unpairAsk: [
    "Bỏ ghép thì màn hình thôi hiện mã, cho tới khi hiệu trưởng ghép lại.",
    "It shows no code any more until the principal pairs it again.",
  ],
  awake: [
    "Máy này có thể tự tắt màn hình: chỉnh “Tự động tắt màn hình” thành “Không bao giờ”.",
    "This device may turn its screen off: set its screen timeout to “never”.",
  ],

  pairButton: ["Ghép màn hình", "Pair a screen"],
  pairTitle: [(name: string) => `Ghép màn hình: ${name}`, (name: string) => `Pair: ${name}`],
  step1: ["Trên màn hình đặt ở cổng, mở trang", "On the screen at the gate, open"],
  step1Scan: [
    "hoặc dùng máy ảnh của màn hình đó quét mã này:",
    "or read this code with that screen's camera:",
  ],
  step2: ["Gõ mã ghép:", "Type this code:"],
  step3: [
    "Màn hình đang ghép với điểm này (nếu có) sẽ thôi dùng được.",
    "A screen that is paired with this station by now stops working.",
  ],
  expires: [(left: string) => `Dùng được trong ${left}`, (left: string) => `Good for ${left}`],
  expired: ["Mã đã hết hạn.", "The code is over."],
  newCode: ["Lấy mã mới", "Get a new code"],
});
