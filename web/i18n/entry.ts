/** Before anybody is known: login, activation, a new password. */

import { texts } from "./texts";

export const E = texts({
  tagline: [
    "Con quét thẻ ở cổng, gia đình biết ngay.",
    "A card is scanned at the gate, the family knows.",
  ],
  login: ["Đăng nhập", "Log in"],
  phone: ["Số điện thoại", "Phone number"],
  phoneHint: ["Ví dụ 0905 123 456", "Such as 0905 123 456"],
  phoneMissing: ["Mời nhập số điện thoại.", "Please enter the phone number."],
  password: ["Mật khẩu", "Password"],
  passwordMissing: ["Mời nhập mật khẩu.", "Please enter the password."],
  showPassword: ["Hiện mật khẩu", "Show the password"],
  forgot: ["Quên mật khẩu?", "Forgot the password?"],
  first: ["Lần đầu dùng? Kích hoạt tài khoản", "First time? Activate the account"],
  other: ["Tiếng Việt", "English"],
  demo: ["Tài khoản dùng thử nằm trong README.", "Demo accounts are in the README."],
  activate: ["Kích hoạt tài khoản", "Activate the account"],
  haveSheet: ["Có phiếu của trường", "With the school's sheet"],
  noSheet: ["Không có phiếu", "Without a sheet"],
  code: ["Mã trên phiếu", "Code on the sheet"],
  codeHint: [
    "Quét mã trên phiếu bằng máy ảnh, hoặc gõ lại mã.",
    "Scan the sheet with the camera, or type the code.",
  ],
  codeMissing: ["Mời nhập mã.", "Please enter the code."],
  newPassword: ["Đặt mật khẩu", "Choose a password"],
  newPasswordHint: [
    "Ít nhất 8 ký tự. Nếu số này đã có tài khoản: mật khẩu đang dùng.",
    "At least 8 characters. If this number has an account: its password.",
  ],
  newPasswordShort: ["Mật khẩu cần ít nhất 8 ký tự.", "The password needs at least 8 characters."],
  consents: ["Gia đình chọn", "Your choices"],
  consentsHint: [
    "Chọn từng mục. Không đồng ý mục nào thì vẫn nhận đủ tin điểm danh. Đổi lại lúc nào cũng được trong Cài đặt.",
    "Choose each. Whatever you refuse, every attendance message still comes. You can change it in Settings at any time.",
  ],
  agree: ["Đồng ý", "I agree"],
  refuse: ["Không đồng ý", "I do not agree"],
  chooseEach: [
    "Mời chọn đồng ý hoặc không đồng ý cho từng mục.",
    "Please agree or not agree to each.",
  ],
  next: ["Tiếp tục", "Continue"],
  finish: ["Hoàn tất", "Finish"],
  welcome: ["Đã kích hoạt", "Activated"],
  linked: [(name: string) => `Đã nối với ${name}`, (name: string) => `Linked with ${name}`],
  waitsForSchool: [
    (name: string) => `${name}: nhà trường cần duyệt số điện thoại mới này trước.`,
    (name: string) => `${name}: the school has to approve this new number first.`,
  ],
  openApp: ["Vào ứng dụng", "Open the app"],
  sendCode: ["Gửi mã về điện thoại", "Send a code to the phone"],
  codeSent: [
    "Nếu số này có trong danh sách của trường, mã gồm 6 số sẽ đến bằng tin nhắn trong một phút.",
    "If a school knows this number, a code of 6 digits comes by text message within a minute.",
  ],
  smsCode: ["Mã trong tin nhắn", "Code in the message"],
  smsCodeBad: ["Mã gồm 6 chữ số.", "The code has 6 digits."],
  sendAgain: ["Gửi lại mã", "Send the code again"],
  sendAgainIn: [(s: number) => `Gửi lại sau ${s} giây`, (s: number) => `Send again in ${s} s`],
  reset: ["Đặt lại mật khẩu", "Set a new password"],
  byMessage: ["Nhận mã qua tin nhắn", "Get a code by text message"],
  toLogin: ["Về trang đăng nhập", "Back to the login"],
});
