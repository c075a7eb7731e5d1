/** Messages between a family and a teacher. */

import { texts } from "./texts";

export const T = texts({
  title: ["Tin nhắn", "Messages"],
  nothing: ["Chưa có tin nhắn", "No messages yet"],
  nothingHint: [
    "Hỏi thầy cô chủ nhiệm hoặc bộ môn ở đây. Cả cha và mẹ đều thấy.",
    "Ask the class or subject teacher here. Both parents see it.",
  ],
  homeroom: ["Giáo viên chủ nhiệm", "Homeroom teacher"],
  subjectTeacher: [
    (subject: string) => `Giáo viên ${subject}`,
    (subject: string) => `${subject} teacher`,
  ],
  family: [(name: string) => `Gia đình em ${name}`, (name: string) => `${name}'s family`],
  message: ["Tin nhắn", "Message"],
  placeholder: ["Viết tin nhắn…", "Write a message…"],
  send: ["Gửi", "Send"],
  empty: ["Mời viết tin nhắn.", "Please write a message."],
  later: ["Sẽ được đọc vào giờ làm việc", "Will be read in working hours"],
  laterFrom: [
    (at: string) => `Sẽ được đọc vào giờ làm việc, từ ${at}`,
    (at: string) => `Will be read in working hours, from ${at}`,
  ],
  away: [
    (name: string, until: string) => `${name} vắng đến hết ${until}`,
    (name: string, until: string) => `${name} is away until ${until}`,
  ],
  read: ["Đã xem", "Read"],
  sent: ["Đã gửi", "Sent"],
  sending: ["Đang gửi…", "Sending…"],
  notSent: ["Chưa gửi được", "Not sent"],
  again: ["Gửi lại", "Send again"],
  edited: ["đã sửa", "edited"],
  takenBack: ["Tin nhắn đã được thu hồi", "This message was taken back"],
  you: ["Bạn", "You"],
  actions: [
    (words: string) => `Với tin nhắn: ${words}`,
    (words: string) => `About the message: ${words}`,
  ],
  blocked: [
    "Nhà trường đã tạm dừng quyền viết ở đây. Mời liên hệ văn phòng nhà trường.",
    "The school has stopped writing here. Please ask the school's office.",
  ],
  older: ["Tin cũ hơn", "Earlier messages"],
  begin: ["Bắt đầu trao đổi", "The beginning"],
  unread: [(n: number) => `${n} tin chưa đọc`, (n: number) => `${n} unread`],
  bothParents: [
    "Cha, mẹ và người giám hộ của em đều thấy trao đổi này.",
    "All guardians of the pupil see this conversation.",
  ],
  noWords: ["Ảnh, tài liệu hoặc tin đã thu hồi", "A file, or a message taken back"],
  standIn: [(name: string) => `${name} (dạy thay)`, (name: string) => `${name} (standing in)`],
  attach: ["Kèm ảnh, tài liệu", "Attach files"],
  nobodyNow: [
    "Hiện chưa có giáo viên nhận tin ở đây. Mời nhắn cho giáo viên khác.",
    "No teacher reads this now. Please write to another one.",
  ],
  left: [
    "Em đã rời lớp này. Vẫn đọc được, không viết thêm được.",
    "The pupil has left. It can be read, not written to.",
  ],
  readOnly: ["Bạn chỉ được đọc trao đổi này.", "You may only read this conversation."],
  apart: ["Chỉ bạn và thầy cô thấy trao đổi này", "Only you and the teacher see this conversation"],
  apartBadge: ["Riêng", "Apart"],
  lookedIn: [
    (name: string, at: string) => `${name} (hiệu trưởng) đã mở trao đổi này lúc ${at}`,
    (name: string, at: string) => `${name} (principal) opened this conversation at ${at}`,
  ],
});
