/** Where a conversation begins. */

import { texts } from "./texts";

export const W = texts({
  write: ["Nhắn cho thầy cô", "Write to a teacher"],
  nobody: ["Lớp này chưa có giáo viên để nhắn.", "This class has no teacher to write to yet."],
  apartAsk: [
    "Chỉ mình tôi và thầy cô, người giám hộ khác không thấy",
    "Between the teacher and me alone, not the other guardian",
  ],
});
