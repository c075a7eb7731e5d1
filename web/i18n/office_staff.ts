/** Who works in the school. */

import { texts } from "./texts";

export const W = texts({
  title: ["Cán bộ, giáo viên", "Staff"],
  lead: [
    "Ai quét ở cổng, ai chủ nhiệm lớp nào. Danh sách dài thì nhập bằng Excel.",
    "Who scans at the gate and who leads which class. A long list is best imported.",
  ],
  import: ["Nhập từ Excel", "Import from Excel"],
  add: ["Thêm một người", "Add a person"],
  edit: ["Sửa", "Change"],
  none: ["Chưa có cán bộ nào", "There is nobody yet"],
  find: ["Tìm theo tên", "Find by name"],
  noneFound: ["Không có ai tên như vậy", "Nobody of that name"],
  name: ["Họ và tên", "Name"],
  phone: ["Số điện thoại", "Phone number"],
  phoneHint: ["Dùng để đăng nhập; mỗi người một số.", "For logging in; each person has their own."],
  phoneFault: ["Số điện thoại chưa đúng.", "This is not a phone number."],
  roles: ["Vai trò", "Roles"],
  noRole: ["Mời chọn ít nhất một vai trò.", "Please choose at least one role."],
  principal: ["Hiệu trưởng", "Principal"],
  homeroom_teacher: ["Giáo viên chủ nhiệm", "Homeroom teacher"],
  subject_teacher: ["Giáo viên bộ môn", "Subject teacher"],
  guard: ["Bảo vệ", "Guard"],
  accountant: ["Kế toán", "Accountant"],
  leads: [(classes: string) => `Chủ nhiệm ${classes}`, (classes: string) => `Leads ${classes}`],
  hint: [
    "Chọn lớp chủ nhiệm ở phần Lớp và thẻ.",
    "Homeroom classes are chosen under Classes and cards.",
  ],
  signOut: ["Mất điện thoại: đăng xuất mọi máy", "Phone lost: log out everywhere"],
  signOutTitle: [
    (name: string) => `Đăng xuất ${name} khỏi mọi máy?`,
    (name: string) => `Log ${name} out everywhere?`,
  ],
  signOutHint: [
    "Máy bị mất không dùng được nữa ngay lập tức. Người này đăng nhập lại trên máy mới.",
    "The lost phone is out at once. They log in again on another one.",
  ],
  signOutYes: ["Đăng xuất mọi máy", "Log out everywhere"],
  signedOut: [
    (n: string) => `Đã đăng xuất khỏi ${n} máy.`,
    (n: string) => `Logged out on ${n} devices.`,
  ],
  standIn: ["Người thay nhận tin nhắn", "Who stands in for messages"],
  newPhone: ["Đổi máy chấm công", "Another phone for checking in"],
  newPhoneTitle: [
    (name: string) => `Cho ${name} chấm công bằng máy khác?`,
    (name: string) => `Let ${name} check in with another phone?`,
  ],
  newPhoneHint: [
    "Lần chấm công tới, máy đang dùng sẽ trở thành máy chấm công mới.",
    "The phone of the next check-in becomes the one for checking in.",
  ],
  newPhoneDone: ["Đã cho phép đổi máy.", "Another phone may be used now."],
  end: ["Kết thúc công tác", "End the work here"],
  endTitle: [
    (name: string) => `${name} không còn làm ở trường?`,
    (name: string) => `Does ${name} no longer work here?`,
  ],
  endHint: [
    "Mất quyền ở trường này ngay. Những gì đã ghi vẫn còn.",
    "All rights in this school end at once. What was recorded stays.",
  ],
});
