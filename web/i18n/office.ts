/** A school sets itself up: the checklist, and what all its screens say. */

import { texts } from "./texts";

export const O = texts({
  setup: ["Chuẩn bị trường", "Set up the school"],
  pages: ["Các phần chuẩn bị", "Parts of the set-up"],
  navSetup: ["Việc cần làm", "To do"],
  navCampuses: ["Khu vực", "Campuses"],
  navStations: ["Điểm quét", "Stations"],
  navShifts: ["Ca học", "Shifts"],
  navCalendar: ["Lịch", "Calendar"],
  navStaff: ["Cán bộ", "Staff"],
  navImports: ["Nhập tệp", "Imports"],
  navClasses: ["Lớp và thẻ", "Classes and cards"],
  contact: ["Số điện thoại của trường", "The school's phone"],
  contactPhone: ["Số để phụ huynh gọi", "The number that families call"],
  contactHint: [
    "Hiện bên nút “Gọi trường” khi con chưa có mặt. Để trống thì không hiện.",
    "Behind “Call the school” when a child is not there. Empty: nothing is shown.",
  ],
  contactSaved: ["Đã lưu.", "Saved."],
  everything: ["Tất cả các phần", "All parts"],
  stepsDone: [
    (done: string, total: string) => `Đã xong ${done} trên ${total} việc`,
    (done: string, total: string) => `${done} of ${total} steps done`,
  ],
  allDone: ["Trường đã sẵn sàng", "The school is ready"],
  allDoneHint: [
    "Mọi việc đã xong. Từ nay mỗi lượt quét đều được báo cho gia đình.",
    "Everything is done. From now on each scan is told to the family.",
  ],
  nextStep: ["Việc tiếp theo", "Next step"],
  goOn: ["Làm ngay", "Do it now"],
  open: ["Mở", "Open"],
  stateDone: ["Đã xong", "Done"],
  stateStarted: ["Đang làm", "Started"],
  stateTodo: ["Chưa làm", "To do"],
  fenceMeans: [
    "Thẻ chỉ được nhận khi quét trong khu vực trường.",
    "A card counts only when it is scanned inside the school's area.",
  ],
  stationsMeans: [
    "Mỗi cổng là một điểm quét, để gia đình biết con vào cổng nào.",
    "Each gate is a station, so that families know which gate it was.",
  ],
  shiftsMeans: [
    "Giờ vào lớp, giờ tính muộn và giờ chốt vắng.",
    "When lessons begin, from when a pupil is late, and when absence is decided.",
  ],
  calendarMeans: ["Ngày nghỉ thì không ai bị báo vắng.", "Nobody is reported absent on a holiday."],
  staffMeans: [
    "Ai quét ở cổng, ai là chủ nhiệm lớp nào.",
    "Who scans at the gate, and who leads which class.",
  ],
  rosterMeans: ["Học sinh và người giám hộ của từng em.", "The pupils, and each one's guardians."],
  guardiansMeans: [
    "Gia đình mở tài khoản bằng phiếu thì mới nhận được tin.",
    "Families are told once they have activated with their sheet.",
  ],
  cardsMeans: ["Mỗi em một thẻ để quét ở cổng.", "One card for each pupil to show at the gate."],
  firstScanMeans: [
    "Quét thử một thẻ để chắc rằng tin đến nơi.",
    "Scan one card to be sure that the news arrives.",
  ],
  stationsCount: [
    (done: string, total: string) => `${done}/${total} khu vực đã có cổng`,
    (done: string, total: string) => `${done}/${total} campuses have a gate`,
  ],
  shiftsCount: [
    (done: string, total: string) => `${done}/${total} lớp đã có ca học`,
    (done: string, total: string) => `${done}/${total} classes have a shift`,
  ],
  staffCount: [
    (done: string, total: string) => `${done}/${total} vị trí đã có người`,
    (done: string, total: string) => `${done}/${total} positions are filled`,
  ],
  rosterCount: [
    (done: string, total: string) => `${done}/${total} lớp đã có học sinh`,
    (done: string, total: string) => `${done}/${total} classes have pupils`,
  ],
  guardiansCount: [
    (done: string, total: string) => `${done}/${total} em có người nhận tin`,
    (done: string, total: string) => `${done}/${total} pupils have somebody who is told`,
  ],
  cardsCount: [
    (done: string, total: string) => `${done}/${total} em đã in thẻ`,
    (done: string, total: string) => `${done}/${total} pupils' cards are printed`,
  ],
  importRunning: [(name: string) => `Đang nhập ${name}`, (name: string) => `Importing ${name}`],
  name: ["Tên", "Name"],
  nameMissing: ["Mời nhập tên.", "Please enter a name."],
  add: ["Thêm", "Add"],
  change: ["Sửa", "Change"],
  end: ["Ngừng dùng", "Stop using"],
  remove: ["Xóa", "Remove"],
  saved: ["Đã lưu.", "Saved."],
  chooseOne: ["Mời chọn", "Please choose"],
});
