/** Where the school is. */

import { texts } from "./texts";

export const F = texts({
  title: ["Khu vực trường", "Campuses"],
  lead: [
    "Mỗi cơ sở có một khu vực. Thẻ quét ở ngoài khu vực không được ghi nhận.",
    "Each campus has its area. A card that is scanned outside of it is not taken.",
  ],
  none: ["Trường chưa có khu vực nào", "The school has no campus yet"],
  noneHint: [
    "Đứng giữa sân trường, mở trang này trên điện thoại rồi bấm “Thêm khu vực”.",
    "Stand in the middle of the school yard, open this page on a phone, and add the campus.",
  ],
  add: ["Thêm khu vực", "Add a campus"],
  newTitle: ["Khu vực mới", "New campus"],
  name: ["Tên cơ sở", "Name of the campus"],
  nameHint: ["Ví dụ: Cơ sở chính", "Such as: Main campus"],
  circleOf: [
    (radius: string) => `Hình tròn, bán kính ${radius} m`,
    (radius: string) => `A circle with a radius of ${radius} m`,
  ],
  polygonOf: [
    (corners: string, area: string) => `Hình ${corners} góc, ${area} m²`,
    (corners: string, area: string) => `${corners} corners, ${area} m²`,
  ],
  edit: ["Sửa khu vực", "Change the area"],
  end: ["Ngừng dùng", "Stop using"],
  endTitle: [(name: string) => `Ngừng dùng “${name}”?`, (name: string) => `Stop using “${name}”?`],
  endHint: [
    "Không quét được ở đây nữa. Chỉ ngừng được khi không còn điểm quét và lớp nào ở đây.",
    "Nothing can be scanned here any more. Its stations and classes must be moved or ended first.",
  ],
  shape: ["Hình dạng", "Shape"],
  circle: ["Hình tròn", "Circle"],
  polygon: ["Nhiều góc", "Corners"],
  takeHere: ["Dùng vị trí của tôi", "Use my position"],
  locating: ["Đang tìm vị trí…", "Finding the position…"],
  accuracy: [
    (metres: string) => `Đã thấy vị trí, sai số khoảng ${metres} m.`,
    (metres: string) => `Position found, to about ${metres} m.`,
  ],
  inaccurate: [
    "Sai số còn lớn: ra chỗ thoáng rồi bấm lại.",
    "That is rough: step into the open and try again.",
  ],
  noPermission: [
    "Điện thoại chưa cho phép dùng vị trí. Mời bật quyền vị trí cho trang này.",
    "The phone does not allow it. Please allow this page to use the position.",
  ],
  noPosition: [
    "Chưa tìm được vị trí. Ra chỗ thoáng rồi thử lại, hoặc gõ tọa độ.",
    "The position was not found. Try again in the open, or type it.",
  ],
  putCentre: ["Đặt tâm ở đây", "Put the centre here"],
  putCorner: ["Thêm góc ở đây", "Add a corner here"],
  walkHint: [
    "Có thể đi quanh trường: tới mỗi góc tường, lấy vị trí rồi thêm góc.",
    "You may walk around the school: at each corner, take the position and add it.",
  ],
  radius: ["Bán kính (mét)", "Radius (metres)"],
  radiusSlider: ["Kéo để đổi bán kính", "Slide to change the radius"],
  radiusHint: [
    "Đủ phủ hết sân và cổng, thường từ 80 đến 150 m.",
    "Enough for the yard and the gates, most often 80 to 150 m.",
  ],
  centre: ["Tọa độ tâm", "Position of the centre"],
  centreHint: [
    "Vĩ độ, kinh độ như trên bản đồ, ví dụ 16.463700, 107.590900",
    "Latitude, longitude as maps show it, such as 16.463700, 107.590900",
  ],
  centreFault: [
    "Mời gõ vĩ độ, dấu phẩy, kinh độ, ví dụ 16.4637, 107.5909",
    "Please type latitude, comma, longitude, such as 16.4637, 107.5909",
  ],
  byNumbers: ["Gõ tọa độ các góc", "Type the corners"],
  cornersLabel: ["Mỗi dòng một góc: vĩ độ, kinh độ", "A corner a line: latitude, longitude"],
  cornersFault: [
    (line: string) => `Dòng ${line} chưa đúng, ví dụ 16.4637, 107.5909`,
    (line: string) => `Line ${line} is not a position such as 16.4637, 107.5909`,
  ],
  tapHint: [
    "Chạm vào bản đồ để thêm góc, kéo góc để dời, chạm vào góc rồi xóa.",
    "Tap the map to add a corner, drag one to move it, tap one to remove it.",
  ],
  dragHint: [
    "Kéo chấm ở giữa để dời, kéo chấm ở rìa để đổi bán kính.",
    "Drag the dot in the middle to move it, the one at the edge to change the radius.",
  ],
  startHint: [
    "Bấm “Dùng vị trí của tôi”, gõ tọa độ, hoặc chạm vào bản đồ để bắt đầu.",
    "Use your position, type it, or tap the map to begin.",
  ],
  mapLabel: [
    "Bản đồ khu vực; có thể gõ số ở bên cạnh thay cho kéo",
    "Map of the area; the fields beside it do the same",
  ],
  handleCentre: ["Tâm: phím mũi tên để dời", "Centre: arrow keys move it"],
  handleRadius: ["Bán kính: phím mũi tên để đổi", "Radius: arrow keys change it"],
  handleCorner: [
    (n: string) => `Góc ${n}: phím mũi tên để dời, phím Delete để xóa`,
    (n: string) => `Corner ${n}: arrow keys move it, Delete removes it`,
  ],
  removeCorner: [(n: string) => `Xóa góc ${n}`, (n: string) => `Remove corner ${n}`],
  clear: ["Xóa hết các góc", "Remove all corners"],
  fit: ["Xem cả khu vực", "Show all of it"],
  summary: [
    (width: string, height: string, area: string) =>
      `Rộng ${width} m × ${height} m, diện tích ${area} m²`,
    (width: string, height: string, area: string) => `${width} m × ${height} m, ${area} m² in all`,
  ],
  few: ["Cần ít nhất ba góc.", "At least three corners are needed."],
  crosses: [
    "Đường biên đang cắt chính nó. Mời dời hoặc xóa một góc.",
    "The outline crosses itself. Please move or remove a corner.",
  ],
  tooSmall: ["Khu vực quá nhỏ, tối thiểu 5 m.", "The area is too small: at least 5 m."],
  tooLarge: ["Khu vực quá lớn, tối đa 5.000 m.", "The area is too large: at most 5,000 m."],
  small: [
    "Khu vực khá nhỏ. Sai số vị trí của điện thoại thường 10–20 m, lượt quét thật có thể bị từ chối.",
    "That is small. Phones err by 10 to 20 m, so genuine scans may be refused.",
  ],
  large: [
    "Khu vực khá lớn. Thẻ quét ở ngoài đường cũng có thể được nhận.",
    "That is large. A card scanned out in the street may be taken too.",
  ],
  missing: [
    "Chưa có khu vực. Mời đặt vị trí trước khi lưu.",
    "There is no area yet. Please place it before saving.",
  ],
});
