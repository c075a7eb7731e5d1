/** How far the news came, and what was given up. */

import { texts } from "./texts";

export const F = texts({
  title: ["Tin đã gửi", "News sent"],
  lead: [
    "Tin đi được tới đâu: phải gửi, đã gửi, đến máy, đã xem. Chỉ có số, không có tên gia đình nào.",
    "How far the news came: due, sent, delivered, read. Numbers alone, no family's name.",
  ],
  span: ["Khoảng ngày", "Days"],
  day1: ["Hôm nay", "Today"],
  day7: ["7 ngày", "7 days"],
  day30: ["30 ngày", "30 days"],
  countedAt: [(at: string) => `Đếm lúc ${at}`, (at: string) => `Counted at ${at}`],
  none: ["Chưa có tin nào trong những ngày này", "No news in these days"],
  noneHint: ["Số liệu được đếm năm phút một lần.", "Numbers are counted every five minutes."],
  due: ["Phải gửi", "Due"],
  sent: ["Đã gửi", "Sent"],
  delivered: ["Đến máy", "Delivered"],
  read: ["Đã xem", "Read"],
  waiting: [(n: string) => `${n} đang chờ`, (n: string) => `${n} waiting`],
  failed: [(n: string) => `${n} không gửi được`, (n: string) => `${n} failed`],
  failures: ["Vì sao không gửi được", "Why they failed"],
  texts: ["Tin nhắn SMS", "Text messages"],
  taken: [(n: string) => `${n} tin đã gửi`, (n: string) => `${n} sent`],
  refused: [
    (n: string) => `${n} tin không gửi vì hết hạn mức ngày`,
    (n: string) => `${n} not sent: the day's budget was used up`,
  ],
  mostFailed: ["Trường có nhiều tin hỏng nhất", "Schools where most failed"],
  failedOf: [
    (n: string, due: string) => `${n}/${due} hỏng`,
    (n: string, due: string) => `${n} of ${due} failed`,
  ],
  dead: ["Tin đã bỏ cuộc", "News that was given up"],
  deadNone: ["Không có tin nào bị bỏ cuộc.", "Nothing was given up."],
  deadNews: ["chưa vào hộp tin", "not in the inbox"],
  deadDelivery: ["có trong hộp tin", "in the inbox"],
  oldest: [(at: string) => `cũ nhất ${at}`, (at: string) => `the oldest ${at}`],
  replay: ["Gửi lại", "Send again"],
  replayOf: [(reason: string) => `Gửi lại: ${reason}`, (reason: string) => `Send again: ${reason}`],
  replayTitle: [(n: string) => `Gửi lại ${n} tin?`, (n: string) => `Send ${n} again?`],
  replayHint: [
    "Chỉ gửi lại khi nguyên nhân đã được khắc phục. Tin quá cũ chỉ vào hộp tin, không báo ra máy.",
    "Only once its cause is mended. What is too old comes to the inbox alone.",
  ],
  replayed: [
    (n: string, inbox: string) => `Đang gửi lại ${n} tin, ${inbox} tin chỉ vào hộp tin.`,
    (n: string, inbox: string) => `${n} go again, ${inbox} of them to the inbox alone.`,
  ],
});

export const ROADS = texts({
  inbox: ["Hộp tin", "Inbox"],
  fcm: ["Ứng dụng", "App"],
  web: ["Trình duyệt", "Browser"],
  sms: ["SMS", "Text message"],
});

/** Why news did not arrive, by the code that the senders leave. */
export const WHY = texts({
  gone: [
    "Máy không còn nhận thông báo (đã gỡ ứng dụng, tắt thông báo hoặc đăng xuất)",
    "The device takes no notifications any more (removed, turned off or logged out)",
  ],
  custody_block: [
    "Người nhận không còn được xem tin của em",
    "The receiver may no longer see the child's news",
  ],
  not_configured: ["Hệ thống chưa cài đặt đường gửi này", "This road is not set up"],
  expired: ["Quá hạn gửi", "Too late to send"],
  gave_up: ["Đã thử nhiều lần mà không được", "Tried many times in vain"],
  unsure: ["Không rõ tin nhắn đã đi chưa", "It is not known whether the text went out"],
  no_connection: [
    "Không kết nối được nơi chuyển tin",
    "The service that carries the news was out of reach",
  ],
  throttled: ["Nơi chuyển tin đang quá tải", "The service that carries the news takes no more now"],
  bad_answer: ["Nơi chuyển tin trả lời lỗi", "The service that carries the news answered amiss"],
  refused: ["Nơi chuyển tin từ chối hệ thống", "The service that carries the news refused us"],
  too_big: ["Tin quá dài", "The news is too long"],
  bad_data: ["Tin bị lỗi, hệ thống cần sửa", "The news is faulty: the system has to be mended"],
  unreadable: ["Không mở được dữ liệu đã khoá", "Sealed data could not be opened"],
  over_budget: ["Hết hạn mức tin nhắn trong ngày", "The day's budget of texts is used up"],
  no_phone: ["Người nhận chưa có số điện thoại", "The receiver has no phone number"],
  bad_phone: ["Số điện thoại không nhận được tin nhắn", "The phone number takes no texts"],
  no_balance: ["Tài khoản SMS hết tiền", "The account for texts has no money left"],
  sms_account: ["Tài khoản SMS bị từ chối", "The account for texts was refused"],
  sms_unregistered: [
    "Tên gửi hoặc mẫu tin SMS chưa đăng ký",
    "The sender's name or the text's wording is not registered",
  ],
});
