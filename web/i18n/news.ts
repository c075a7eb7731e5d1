/** The inbox. */

import { texts } from "./texts";

export const N = texts({
  nothing: ["Chưa có tin nào", "No news yet"],
  nothingHint: [
    "Khi con quét thẻ ở cổng, tin sẽ hiện ở đây.",
    "When the card is scanned at the gate, it is told here.",
  ],
  end: ["Hết tin", "No more news"],
  fresh: ["Mới", "New"],
  replaced: ["Đã có tin thay thế", "Replaced by a later one"],
  good: ["Tin vui", "Good news"],
  alarm: ["Cần chú ý", "Attention"],
  plain: ["Thông tin", "Information"],
});
