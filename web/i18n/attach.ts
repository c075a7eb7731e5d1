/** Pictures and documents that go with a message. */

import { texts } from "./texts";

export const A = texts({
  title: ["Ảnh, tài liệu kèm theo", "Pictures and documents"],
  add: ["Thêm ảnh hoặc PDF", "Add a picture or a PDF"],
  hint: [
    (most: number) => `Ảnh hoặc PDF, mỗi tệp tối đa 10 MB, nhiều nhất ${most} tệp.`,
    (most: number) => `Pictures or PDFs, at most 10 MB each and ${most} in all.`,
  ],
  full: [
    (most: number) => `Đã đủ ${most} tệp.`,
    (most: number) => `That is ${most} files, no more fit.`,
  ],
  sending: [
    (name: string, share: number) => `Đang tải lên ${name}: ${share}%`,
    (name: string, share: number) => `Uploading ${name}: ${share}%`,
  ],
  done: [(name: string) => `Đã tải lên ${name}`, (name: string) => `${name} is uploaded`],
  remove: [(name: string) => `Bỏ ${name}`, (name: string) => `Remove ${name}`],
  again: [(name: string) => `Tải lại ${name}`, (name: string) => `Upload ${name} again`],
  tooBig: [
    (name: string) => `${name} lớn hơn 10 MB. Mời chọn tệp nhỏ hơn.`,
    (name: string) => `${name} is larger than 10 MB. Please choose a smaller file.`,
  ],
  wrongKind: [
    (name: string) => `${name} không phải ảnh hay PDF. Video và tệp Word chưa gửi được ở đây.`,
    (name: string) =>
      `${name} is no picture and no PDF. Videos and Word files cannot be sent here yet.`,
  ],
  pages: [(n: number) => `${n} trang`, (n: number) => (n === 1 ? "1 page" : `${n} pages`)],
  size: [(mb: string) => `${mb} MB`, (mb: string) => `${mb} MB`],
});
