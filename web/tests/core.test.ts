import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, dayFromToday, dayName, initials, moment, plain, schoolDay } from "../format";
import { C } from "../i18n/common";
import { E } from "../i18n/entry";
import { tables } from "../i18n/texts";
import { chooseLang } from "../lang";
import { eventsOf, parseEvent } from "../live";
import { match } from "../router";

void [C, E];

test("an address gives its parts, decoded, and the rest behind a star", () => {
  assert.deepEqual(match("/truong/:school/lop/:class", "/truong/7/lop/6%2F2"), {
    school: "7",
    class: "6/2",
  });
  assert.deepEqual(match("/truong/:school/*", "/truong/7/lich/2026"), {
    school: "7",
    rest: "lich/2026",
  });
  assert.deepEqual(match("/cai-dat/*", "/cai-dat"), { rest: "" });
  assert.equal(match("/truong/:school", "/truong/7/lop"), null);
  assert.equal(match("/truong/:school/lop", "/truong/7"), null);
  assert.deepEqual(match("/", "/"), {});
});

test("an address that is no text leads nowhere and breaks nothing", () => {
  assert.equal(match("/con/:student", "/con/%E0%A4%A"), null);
});

test("times are the school's wherever the phone is", () => {
  assert.equal(clock("2026-11-15T23:52:00Z"), "06:52");
  assert.equal(schoolDay("2026-11-15T17:00:00Z"), "2026-11-16");
  assert.equal(schoolDay("2026-11-15T16:59:59Z"), "2026-11-15");
  assert.match(dayName("2026-11-16"), /Thứ Hai.*16/);
  const now = Date.parse("2026-11-16T01:00:00Z");
  assert.equal(dayFromToday("2026-11-16", now), "Hôm nay");
  assert.equal(dayFromToday("2026-11-15", now), "Hôm qua");
  assert.equal(moment("2026-11-16T00:10:00Z", now), "07:10");
  assert.equal(moment("2026-11-12T00:10:00Z", now), "12/11 07:10");
});

test("the same in English, at once", () => {
  chooseLang("en");
  assert.match(dayName("2026-11-16"), /Monday/);
  assert.equal(C.today(), "Today");
  chooseLang("vi");
  assert.equal(C.today(), "Hôm nay");
});

test("names without diacritics, and their letters", () => {
  assert.equal(plain("Nguyễn Đỗ Ánh"), "nguyen do anh");
  assert.equal(plain("Nguyễn Thị Ánh".normalize("NFD")), "nguyen thi anh");
  assert.equal(initials("Nguyễn Thị Ánh"), "NÁ");
  assert.equal(initials("Ánh"), "Á");
  assert.equal(initials(""), "");
});

test("every text has both languages, with the same parameters, in composed letters", () => {
  assert.ok(tables.length >= 2);
  for (const table of tables) {
    for (const [key, [vi, en]] of Object.entries(table)) {
      assert.equal(typeof vi, typeof en, key);
      for (const word of [vi, en]) {
        const said = typeof word === "function" ? word(1, 2, 3) : word;
        assert.notEqual(said.trim(), "", key);
        assert.equal(said, said.normalize("NFC"), key);
      }
      if (typeof vi === "function" && typeof en === "function")
        assert.equal(vi.length, en.length, key);
    }
  }
});

test("events are split wherever the network cut them", async () => {
  const sent =
    'event: hello\nid: 7\ndata: {"seq":7}\n\n: ping\n\nevent: item\r\nid: 8\r\ndata: {"title":"Á"}\r\n\r\n';
  const bytes = new TextEncoder().encode(sent);
  for (const size of [1, 2, 5, 1000]) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let n = 0; n < bytes.length; n += size) controller.enqueue(bytes.slice(n, n + size));
        controller.close();
      },
    });
    const got = [];
    for await (const event of eventsOf(body)) got.push(event);
    assert.deepEqual(got, [
      { event: "hello", id: "7", data: '{"seq":7}' },
      { event: "item", id: "8", data: '{"title":"Á"}' },
    ]);
  }
});

test("what is no event is none", () => {
  assert.equal(parseEvent(": ping"), null);
  assert.equal(parseEvent(""), null);
  assert.deepEqual(parseEvent("data: a\ndata: b"), { event: "message", id: null, data: "a\nb" });
});
