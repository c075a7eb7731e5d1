import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { noticeOf, type Payload, payloadFrom } from "../push_words";

const OWNER = { account_id: "a", lang: "vi" } as const;
const NEWS: Payload = {
  notification: { title: "Khôi đã vào trường lúc 06:52", body: "Cổng chính", tag: "t1" },
  data: { id: "i1", kind: "arrival", student_id: "s1" },
};

test("a push says what the server said and leads to the child", () => {
  assert.deepEqual(noticeOf(NEWS, OWNER), {
    title: "Khôi đã vào trường lúc 06:52",
    body: "Cổng chính",
    tag: "t1",
    path: "/con/s1",
    id: "i1",
  });
});

test("news of no pupil leads to the inbox", () => {
  const { path } = noticeOf({ ...NEWS, data: { id: "i1", kind: "x" } }, OWNER);
  assert.equal(path, "/tin");
});

test("after the logout nobody is named", () => {
  const shown = noticeOf(NEWS, null);
  assert.ok(!JSON.stringify(shown).includes("Khôi"));
  assert.ok(!JSON.stringify(shown).includes("s1"));
  assert.equal(shown.path, "/tin");
  assert.ok(shown.title && shown.body && shown.tag);
});

test("what is not ours is shown without a word of it", () => {
  for (const text of [undefined, "", "no json", "{}", "null", '{"notification":{}}']) {
    assert.equal(payloadFrom(text), null);
  }
  assert.deepEqual(payloadFrom(JSON.stringify(NEWS)), NEWS);
  assert.equal(noticeOf(null, { ...OWNER, lang: "en" }).body, "There is news. Tap to open.");
});

test("a notification without a tag gets one: browsers refuse to renotify without", () => {
  const bare = { ...NEWS, notification: { ...NEWS.notification, tag: "" } };
  assert.equal(noticeOf(bare, OWNER).tag, "i1");
});

test("news of the contact book leads to the inbox, which knows what it is about", () => {
  for (const kind of ["announcement", "message", "homework", "weekly_summary"]) {
    const data = { id: "i1", kind, student_id: "s1" };
    assert.equal(noticeOf({ ...NEWS, data }, OWNER).path, "/tin?mo=i1");
  }
});
