/** Corrections of a past month, which a second person decides. */

import { texts } from "./texts";

export const E = texts({
  title: ["Sửa điểm danh chờ duyệt", "Corrections that wait"],
  lead: [
    "Sửa điểm danh của tháng trước cần người thứ hai đồng ý.",
    "A correction of a past month needs a second person.",
  ],
  none: ["Không có yêu cầu nào chờ duyệt", "No correction waits"],
  noneHint: [
    "Sửa từng em ở danh sách lớp. Tháng này thì có hiệu lực ngay.",
    "Pupils are corrected in the class list. In this month it takes effect at once.",
  ],
  pupil: ["Một học sinh", "A pupil"],
  becomes: [
    (shift: string, state: string) => `${shift}: sửa thành ${state}`,
    (shift: string, state: string) => `${shift}: becomes ${state}`,
  ],
  late: [(n: number) => `đi muộn ${n} phút`, (n: number) => `${n} min late`],
  askedBy: [
    (who: string, at: string) => `${who} yêu cầu, ${at}`,
    (who: string, at: string) => `Asked by ${who}, ${at}`,
  ],
  somebody: ["Người đã rời trường", "Somebody who has left"],
  approve: ["Đồng ý sửa", "Approve"],
  reject: ["Không đồng ý", "Reject"],
  approveTitle: ["Đồng ý sửa điểm danh?", "Approve this correction?"],
  approveHint: [
    "Điểm danh đổi ngay. Gia đình đã được báo khác thì nhận một tin đính chính.",
    "The record changes now. A family that was told otherwise gets one correction.",
  ],
  rejectTitle: ["Không đồng ý sửa?", "Reject this correction?"],
  rejectHint: ["Điểm danh giữ nguyên.", "The record stays as it is."],
  own: ["Người khác phải duyệt yêu cầu này.", "Somebody else decides this one."],
  decided: ["Đã quyết định gần đây", "Decided of late"],
  decidedBy: [
    (who: string, at: string) => `${who} quyết định, ${at}`,
    (who: string, at: string) => `Decided by ${who}, ${at}`,
  ],
  wasApproved: ["Đã sửa", "Corrected"],
  wasRejected: ["Không đồng ý", "Rejected"],
  approved: ["Đã sửa điểm danh.", "Corrected."],
  rejected: ["Đã giữ nguyên điểm danh.", "The record stays."],
});
