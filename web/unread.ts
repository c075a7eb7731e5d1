/** How much of the inbox nobody has read yet, for the badge at the tab and on the app's icon. */

import { computed, effect, signal } from "@preact/signals";
import { readHere } from "./acks";
import { api, of } from "./api";
import { isFailure } from "./failure";
import { onItem, onReset } from "./live";
import { phase } from "./session";

/** Of the contact book: what was not read, or waits for an answer. */
const book = signal({ announcements: 0, to_answer: 0, messages: 0 });
export const messagesUnread = computed(() => book.value.messages);
export const bookUnread = computed(
  () => book.value.messages + Math.max(book.value.announcements, book.value.to_answer),
);
/** The news that changes it. */
const BOOK = /^(an|message)/;

export async function countBook(): Promise<void> {
  try {
    book.value = await of(api.GET("/v1/contact-book/unread"));
  } catch (error) {
    if (!isFailure(error)) throw error;
  }
}

/** Among the newest 100: beyond that the number says nothing any more. */
const LOOKED_AT = 100;

const told = signal<ReadonlySet<string>>(new Set());

/** What is read on this phone counts no more, whether the server knows it yet or not. */
export const unread = computed(() => {
  let n = 0;
  for (const id of told.value) if (!readHere.value.has(id)) n += 1;
  return n;
});

export async function countUnread(): Promise<void> {
  try {
    const page = await of(api.GET("/v1/inbox", { params: { query: { limit: LOOKED_AT } } }));
    told.value = new Set(page.items.filter((item) => item.read_at === null).map(({ id }) => id));
  } catch (error) {
    if (!isFailure(error)) throw error;
  }
}

onReset(() => {
  void countUnread();
  void countBook();
});
onItem((item) => {
  if (BOOK.test(item.kind)) void countBook();
  if (item.read_at === null) told.value = new Set([...told.peek(), item.id]);
});

effect(() => {
  if (phase.value !== "out") return;
  told.value = new Set();
  book.value = { announcements: 0, to_answer: 0, messages: 0 };
});

effect(() => {
  const n = unread.value;
  if (!("setAppBadge" in navigator)) return;
  // Refused where the app is not installed: then there is no icon to mark.
  void (n ? navigator.setAppBadge(n) : navigator.clearAppBadge()).catch(() => undefined);
});
