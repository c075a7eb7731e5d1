/** What may be done about a message. */

import { texts } from "./texts";

export const M = texts({
  actionsTitle: ["Với tin nhắn này", "About this message"],
  edit: ["Sửa", "Edit"],
  editTitle: ["Sửa tin nhắn", "Edit the message"],
  editHint: [
    "Sửa được trong 15 phút. Bản cũ vẫn được lưu.",
    "It can be edited for 15 minutes. The former text is kept.",
  ],
  takeBack: ["Thu hồi", "Take back"],
  takeBackAsk: ["Thu hồi tin nhắn này?", "Take this message back?"],
  takeBackHint: [
    "Người khác không đọc được nữa, nhưng thấy là có tin đã thu hồi.",
    "Nobody reads it any more, but all see that one was taken back.",
  ],
  report: ["Báo cáo với hiệu trưởng", "Report to the principal"],
  stop: ["Dừng quyền nhắn tin", "Stop their writing"],
  reportTitle: ["Báo cáo tin nhắn", "Report a message"],
  reportHint: [
    "Hiệu trưởng sẽ đọc tin nhắn này và lý do.",
    "The principal will read this message and the reason.",
  ],
  reasonRude: ["Lời lẽ xúc phạm", "Insulting words"],
  reasonThreat: ["Đe doạ", "A threat"],
  reasonPrivate: ["Lộ chuyện riêng tư", "Private matters exposed"],
  reason: ["Lý do", "Reason"],
  reasonMissing: ["Mời chọn hoặc ghi lý do.", "Please choose or write a reason."],
  reported: ["Đã gửi báo cáo đến hiệu trưởng.", "The report was sent to the principal."],
});
