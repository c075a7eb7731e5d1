/** Files that hang on an entry. */

import { texts } from "./texts";

export const F = texts({
  files: ["Tệp kèm theo", "Attached files"],
  pages: [(n: number) => `${n} trang`, (n: number) => (n === 1 ? "1 page" : `${n} pages`)],
  openPicture: [(name: string) => `Xem ảnh ${name}`, (name: string) => `Show picture ${name}`],
  openFile: ["Tải tệp", "Save file"],
  filesAway: ["Có mạng mới mở được tệp kèm theo.", "Attached files need a network."],
});
