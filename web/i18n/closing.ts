/** Days on which a storm closes schools. */

import { texts } from "./texts";

export const K = texts({
  title: ["Cho nghỉ đột xuất", "Sudden closure"],
  titleAll: ["Cho các trường nghỉ", "Close schools"],
  lead: [
    "Bão, lũ hay việc gấp: cả trường nghỉ, không ai bị báo vắng, và mọi gia đình được báo ngay.",
    "A storm, a flood, something urgent: the school is closed, nobody is absent, and every family is told at once.",
  ],
  declare: ["Cho nghỉ", "Close"],
  formTitle: ["Cho nghỉ những ngày nào?", "Which days are closed?"],
  place: ["Nơi nghỉ", "Where"],
  findPlace: ["Tìm phường, xã hoặc trường", "Find a ward or a school"],
  placeMissing: ["Mời chọn nơi nghỉ.", "Please choose where."],
  placeSchools: [
    (name: string, n: string) => `${name} (${n} trường)`,
    (name: string, n: string) => `${name} (${n} schools)`,
  ],
  from: ["Từ ngày", "From"],
  to: ["Đến hết ngày", "To the end of"],
  kind: ["Vì sao", "Why"],
  reason: ["Lời nhắn gửi gia đình", "What families read"],
  reasonHint: [
    "Ví dụ: Bão số 5, các em ở nhà cho an toàn.",
    "For example: Storm no. 5, please stay safe at home.",
  ],
  reasonMissing: ["Mời ghi lời nhắn.", "Please write what families read."],
  daysWrong: ["Ngày cuối phải từ ngày đầu trở đi.", "The last day is before the first."],
  tooLong: ["Mỗi lần nhiều nhất 31 ngày.", "At most 31 days at a time."],
  next: ["Tiếp tục", "Go on"],
  askTitle: [(place: string) => `Cho nghỉ: ${place}?`, (place: string) => `Close ${place}?`],
  askTellsSchool: [
    (pupils: string) => `Gia đình của ${pupils} học sinh và toàn bộ cán bộ được báo ngay.`,
    (pupils: string) => `The families of ${pupils} pupils and all staff are told at once.`,
  ],
  askTellsSchools: [
    (schools: string, pupils: string) =>
      `${schools} trường nghỉ. Gia đình của ${pupils} học sinh và toàn bộ cán bộ được báo ngay.`,
    (schools: string, pupils: string) =>
      `${schools} schools close. The families of ${pupils} pupils and all staff are told at once.`,
  ],
  askNoBack: [
    "Tin đã gửi không thu lại được; chỉ có thể báo đi học lại.",
    "What was told stays told; you can only tell that school opens again.",
  ],
  askDo: ["Cho nghỉ và báo ngay", "Close and tell everybody"],
  declared: [
    (place: string) => `Đã cho nghỉ: ${place}. Đang báo cho mọi người.`,
    (place: string) => `${place} is closed. Everybody is being told.`,
  ],
  now: ["Đang và sắp nghỉ", "Now and to come"],
  past: ["Đã qua", "Over"],
  none: ["Không có ngày nghỉ đột xuất nào", "No sudden closure"],
  noneHint: ["Trường học bình thường theo lịch.", "School is held by the calendar."],
  days: [
    (from: string, to: string) => `${from} – ${to}`,
    (from: string, to: string) => `${from} – ${to}`,
  ],
  told: [
    (told: string, all: string) => `Đã báo ${told}/${all} trường`,
    (told: string, all: string) => `${told} of ${all} schools told`,
  ],
  toldAll: ["Đã báo xong cho mọi người", "Everybody has been told"],
  telling: ["Đang báo cho mọi người…", "Telling everybody…"],
  fromAbove: ["Do cấp trên cho nghỉ", "Declared above the school"],
  end: ["Cho đi học lại", "Open again"],
  endTitle: [
    (place: string) => `Cho ${place} đi học lại?`,
    (place: string) => `Open ${place} again?`,
  ],
  endHint: [
    "Trước 6 giờ sáng thì học lại từ hôm nay, sau đó thì từ ngày mai. Ai đã nhận tin nghỉ đều được báo lại.",
    "Before six in the morning it opens today, after that tomorrow. Everybody who was told is told again.",
  ],
  endDo: ["Đi học lại và báo ngay", "Open and tell everybody"],
  ended: [
    (place: string) => `${place} đi học lại. Đang báo cho mọi người.`,
    (place: string) => `${place} opens again. Everybody is being told.`,
  ],
  endedAt: [(at: string) => `Đã cho học lại, ${at}`, (at: string) => `Opened again, ${at}`],
});

export const CLOSURE_KINDS = texts({
  storm: ["Bão", "Storm"],
  flood: ["Lũ lụt", "Flood"],
  other: ["Việc khác", "Other"],
});
