/** What pages and the service worker agree on about pushes. Runs in both. */

/** The key in the store's `seen` under which the worker finds whose pushes it shows. */
export const PUSH_OWNER = "push";

/** Who is logged in here. Gone at logout like everything in `seen`: from then on the worker names nobody. */
export interface PushOwner {
  readonly account_id: string;
  readonly lang: "vi" | "en";
}

/** What the worker tells an open page. */
export type WorkerSays = { go: string } | { push: "changed" };

/** As the server makes it: the data of `GET /v1/push/vapid-key` in the API's document. */
export interface Payload {
  readonly notification: { title: string; body: string; tag: string };
  readonly data: { id: string; kind: string; student_id?: string };
}

/** What is put on the screen, and where a tap on it leads. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  /** The same tag takes the same place. Never empty. */
  readonly tag: string;
  readonly path: string;
  /** Of the inbox item; null: unknown. */
  readonly id: string | null;
}

/** Of the contact book: the inbox knows which page such an item is about. */
const BOOK: ReadonlySet<string> = new Set([
  "announcement",
  "announcement_withdrawn",
  "answer_wanted",
  "remark",
  "homework",
  "daily_book",
  "weekly_summary",
  "message",
  "message_report",
  "report_decided",
]);

function pathOf({ id, kind, student_id }: Payload["data"]): string {
  if (BOOK.has(kind)) return `/tin?mo=${encodeURIComponent(id)}`;
  return student_id ? `/con/${encodeURIComponent(student_id)}` : "/tin";
}

const UNNAMED = {
  vi: { title: "Cổng Trường", body: "Có tin mới. Chạm để mở." },
  en: { title: "Cổng Trường", body: "There is news. Tap to open." },
} as const;

/** null for what is none of ours: a push must be shown all the same. */
export function payloadFrom(text: string | undefined): Payload | null {
  try {
    const found = JSON.parse(text ?? "") as Partial<Payload>;
    const isOurs = found.notification?.title && found.data?.id;
    return isOurs ? (found as Payload) : null;
  } catch {
    return null;
  }
}

/** Without an owner nobody is logged in here any more: then nothing is named. */
export function noticeOf(payload: Payload | null, owner: PushOwner | null): Notice {
  if (!payload || !owner)
    return { ...UNNAMED[owner?.lang ?? "vi"], tag: "news", path: "/tin", id: null };
  const { notification, data } = payload;
  return {
    title: notification.title,
    body: notification.body,
    tag: notification.tag || data.id,
    path: pathOf(data),
    id: data.id,
  };
}
