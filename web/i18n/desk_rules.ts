/** Who sees whose messages, as the principal sets it: guardians apart, and who stands in. */

import { texts } from "./texts";

export const R = texts({
  apart: ["Tin nhắn tách riêng", "Messages apart"],
  apartHint: [
    "Khi có quyết định về quyền nuôi con: mỗi người giám hộ được mở trao đổi mà người kia không thấy.",
    "Under a custody ruling: each guardian may open conversations that the other does not see.",
  ],
  isApart: ["Đang cho tách riêng", "Apart is allowed"],
  isTogether: ["Mọi người giám hộ cùng thấy", "All guardians see everything"],
  setBy: [
    (name: string, at: string) => `${name} đặt lúc ${at}`,
    (name: string, at: string) => `set by ${name} at ${at}`,
  ],
  setApart: ["Cho tách riêng", "Allow apart"],
  liftApart: ["Thôi tách riêng", "End apart"],
  liftHint: [
    "Trao đổi riêng đã có vẫn riêng như cũ.",
    "Conversations that are apart stay as they are.",
  ],
  reason: ["Căn cứ", "On what ground"],
  reasonMissing: ["Mời ghi căn cứ.", "Please give the ground."],
  standIn: ["Người thay nhận tin nhắn", "Who stands in for messages"],
  standInHint: [
    "Trong thời gian này người thay đọc và trả lời gia đình; hết hạn thì thôi thấy.",
    "For this time they read and answer families; afterwards they see nothing any more.",
  ],
  noStandIn: ["Chưa có người thay.", "Nobody stands in."],
  standsIn: [
    (name: string, until: string) => `${name} thay đến ${until}`,
    (name: string, until: string) => `${name} stands in until ${until}`,
  ],
  find: ["Tìm giáo viên", "Find a teacher"],
  who: [(name: string) => `Người thay: ${name}`, (name: string) => `Stands in: ${name}`],
  until: ["Đến hết ngày", "Until the end of"],
  set: ["Đặt người thay", "Let them stand in"],
  end: ["Thôi thay", "End it"],
  missing: ["Mời chọn người thay và ngày.", "Please choose who, and until when."],
});
