/** Searching the contact book. */

import { texts } from "./texts";

export const S = texts({
  searchHint: [
    "Gõ vài từ, không cần dấu: “hop phu huynh”",
    "A few words; diacritics do not matter",
  ],
  searchWhat: ["Tìm trong sổ", "Search the book"],
  searchFor: [
    "Thông báo, bài tập, nhận xét và tin nhắn, kể cả của những năm trước.",
    "Announcements, homework, remarks and messages, of earlier years too.",
  ],
  noHit: ["Không tìm thấy", "Nothing found"],
  noHitHint: ["Thử ít từ hơn, hoặc từ khác.", "Try fewer words, or other ones."],
  hits: [(n: number) => `${n} kết quả`, (n: number) => (n === 1 ? "1 result" : `${n} results`)],
  hitsMore: [(n: number) => `Hơn ${n} kết quả`, (n: number) => `More than ${n} results`],
});
