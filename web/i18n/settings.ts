/** Settings, consents, devices. */

import { texts } from "./texts";

export const S = texts({
  account: ["Tài khoản", "Account"],
  phone: ["Số điện thoại", "Phone"],
  language: ["Ngôn ngữ", "Language"],
  notifications: ["Thông báo", "Notifications"],
  notificationsLine: ["Chọn tin nào được báo ra màn hình", "Which news pops up"],
  consents: ["Điều đã đồng ý", "Consents"],
  consentsLine: [
    "Ảnh, tên con trong thông báo, vị trí",
    "Pictures, names in notifications, location",
  ],
  devices: ["Thiết bị đang đăng nhập", "Devices logged in"],
  devicesLine: ["Đăng xuất máy bị mất từ đây", "Log out a lost phone from here"],
  password: ["Đổi mật khẩu", "Change the password"],
  oldPassword: ["Mật khẩu hiện tại", "Current password"],
  newPassword: ["Mật khẩu mới", "New password"],
  newPasswordHint: [
    "Ít nhất 8 ký tự. Các máy khác sẽ phải đăng nhập lại.",
    "At least 8 characters. Other devices must log in again.",
  ],
  passwordShort: ["Mật khẩu cần ít nhất 8 ký tự.", "The password needs at least 8 characters."],
  passwordMissing: ["Mời nhập mật khẩu hiện tại.", "Please enter the current password."],
  passwordDone: ["Đã đổi mật khẩu.", "The password is changed."],
  logOut: ["Đăng xuất", "Log out"],
  logOutAsk: ["Đăng xuất khỏi máy này?", "Log out on this device?"],
  logOutWaiting: [
    (n: number) =>
      `Còn ${n} lượt quét chưa gửi. Chúng vẫn nằm trong máy và được gửi khi chính thầy cô đăng nhập lại.`,
    (n: number) =>
      `${n} scans are not sent yet. They stay on this phone and are sent when you log in again.`,
  ],
  logOutCheckIns: [
    (n: number) =>
      `Còn ${n} lần điểm danh của chính mình chưa gửi. Vẫn được giữ trong máy, và gửi đi khi chính mình đăng nhập lại rồi mở “Điểm danh của tôi”.`,
    (n: number) =>
      `Your own check-ins not sent yet: ${n}. They stay on this phone and are sent when you log in again and open “My check-in”.`,
  ],
  thisDevice: ["Máy này", "This device"],
  lastUsed: [(at: string) => `Dùng lần cuối ${at}`, (at: string) => `Last used ${at}`],
  endSession: ["Đăng xuất máy này", "Log it out"],
  endOthers: ["Đăng xuất tất cả máy khác", "Log out all other devices"],
  noOthers: ["Không có máy nào khác đang đăng nhập.", "No other device is logged in."],
  always: ["Luôn báo", "Always told"],
  alwaysHint: [
    "Tin về an toàn của con không tắt được.",
    "News about a child's safety cannot be switched off.",
  ],
  optional: ["Có thể tắt", "Can be switched off"],
  details: ["Ghi tên con và giờ trong thông báo", "Name and time in notifications"],
  detailsHint: [
    "Thông báo được mã hoá đến tận máy này. Chỉ ghi tên của những con mà gia đình đã đồng ý.",
    "Notifications are encrypted up to this device. Only for children for whom you have agreed.",
  ],
  when: ["Khi nào được báo", "When to be told"],
  whenHint: [
    "Chỉ áp dụng cho tin ở mục “Có thể tắt”. Mọi tin vẫn có ngay trong Tin báo.",
    "Only for what can be switched off. All of it is under News at once.",
  ],
  quietFrom: ["Yên lặng từ", "Quiet from"],
  quietUntil: ["đến", "until"],
  urgentBreaks: ["Tin khẩn vẫn báo trong giờ yên lặng", "Urgent news comes in quiet hours, too"],
  digest: ["Gom tin lại", "Digest"],
  digestNone: ["Không, báo từng tin", "No, one by one"],
  digestAt: [(at: string) => `Mỗi ngày một lần, lúc ${at}`, (at: string) => `Once a day, at ${at}`],
  languageHint: [
    "Cũng là ngôn ngữ của thông báo và tin nhắn.",
    "Also that of notifications and text messages.",
  ],
  push: ["Báo ra màn hình", "Push"],
  sms: ["Tin nhắn SMS", "Text message"],
  agree: ["Đồng ý", "I agree"],
  refuse: ["Không đồng ý", "I do not agree"],
  asks: ["Chưa chọn", "Not chosen yet"],
  changed: ["Nội dung đã thay đổi, mời chọn lại.", "The text has changed; please choose again."],
  notHeld: [
    "Người giám hộ khác chưa đồng ý, nên chưa có hiệu lực.",
    "Another guardian has not agreed, so it does not hold.",
  ],
  decided: [(at: string) => `Đã chọn ${at}`, (at: string) => `Chosen ${at}`],
  noConsents: ["Không có mục nào cần hỏi.", "There is nothing to ask."],
  choicesHint: [
    "Chọn từng mục. Không đồng ý mục nào thì vẫn nhận đủ tin điểm danh. Đổi lại lúc nào cũng được trong Cài đặt.",
    "Choose each. Whatever you refuse, every attendance message still comes. You can change it in Settings at any time.",
  ],
  chooseLater: ["Để sau", "Later"],
  finish: ["Hoàn tất", "Finish"],
  saved: ["Đã lưu", "Saved"],
});

/** What each kind of news is called; tests/web/test_texts.py holds it against app/kinds.py. */
export const KINDS = texts({
  arrival: ["Con vào trường", "Your child arrived"],
  arrival_late: ["Con vào trường muộn", "Your child arrived late"],
  departure: ["Con rời trường", "Your child left"],
  scan_unconfirmed: ["Lượt quét đang được kiểm tra", "A scan that is being checked"],
  scan_undone: ["Báo nhầm được huỷ", "A message taken back"],
  correction: ["Điểm danh được sửa", "Attendance corrected"],
  card_lost: ["Thẻ báo mất", "A card reported lost"],
  transferred: ["Con chuyển trường", "A transfer"],
  pickup_approved: ["Người đón được duyệt", "A pick-up person approved"],
  dispute_asked: ["Phụ huynh báo sai", "A parent says it is wrong"],
  dispute_answered: ["Trả lời việc báo sai", "An answer to “this is wrong”"],
  correction_asked: ["Sửa điểm danh chờ duyệt", "A correction to decide"],
  correction_decided: ["Trả lời yêu cầu sửa điểm danh", "An answer to a correction"],
  absence: ["Con chưa có mặt ở trường", "Your child is not at school yet"],
  absence_held: ["Tin vắng chờ duyệt", "Absence alerts that are held"],
  closure: ["Trường cho nghỉ học", "School is closed"],
  closure_ended: ["Trường đi học lại", "School is open again"],
  leave_asked: ["Đơn xin nghỉ chờ duyệt", "A leave request to decide"],
  leave_decided: ["Trả lời đơn xin nghỉ", "An answer to a leave request"],
  announcement: ["Thông báo của trường", "Announcements"],
  announcement_withdrawn: ["Thông báo được thu hồi", "An announcement taken back"],
  answer_wanted: ["Nhắc trả lời thông báo", "A reminder to answer"],
  remark: ["Nhận xét của thầy cô", "Remarks of teachers"],
  homework: ["Bài tập về nhà", "Homework"],
  daily_book: ["Sổ liên lạc trong ngày", "The day in the contact book"],
  weekly_summary: ["Tóm tắt trong tuần", "The week in short"],
  message: ["Tin nhắn trong sổ liên lạc", "Messages in the contact book"],
  message_report: ["Tin nhắn bị báo cáo", "Reported messages"],
});
