import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clockwork } from "../clockwork";
import { fromBase45 } from "../gate_codes";
import { type Fix, FixClock, locationOf, qualityOf } from "../place";
import { codeOf, find, holderOf, isForeign, type RosterEntry } from "../roster";

const CARD = "CT1:X62000%*0TK404DGWLT9UX507H0QS070";
const PHONE = "CT1:Y74X50WM0V+RFCJ:SA11200000000000000000000";
const STATION = "CT1:Z86000$*000000000000000000000000";

function entry(cardId: string, name: string, className: string): RosterEntry {
  return {
    card_id: cardId,
    student_id: `of ${cardId}`,
    name,
    class_name: className,
    photo_url: null,
  };
}

const ENTRIES = [
  entry("0123456789abcdef", "Nguyễn Thị Đào", "6A1"),
  entry("fedcba9876543210", "Trần Văn Ánh", "6A2"),
  entry("1111111111111111", "Nguyễn Văn An", "7/1"),
];
const PLAIN = ["nguyen thi dao 6a1", "tran van anh 6a2", "nguyen van an 7/1"];
const KNOWN = {
  key: "k",
  etag: "e",
  validUntil: 2000,
  roster: { school_id: 7, station_id: "s", valid_until: "", entries: ENTRIES },
  byCard: new Map(ENTRIES.map((each) => [each.card_id, each])),
  names: PLAIN,
};

test("base45 is read as RFC 9285 writes it, and nothing else is", () => {
  assert.equal(Buffer.from(fromBase45("QED8WEX0") ?? []).toString(), "ietf!");
  assert.equal(Buffer.from(fromBase45("BB8") ?? []).toString(), "AB");
  assert.equal(fromBase45("GGW"), null, "beyond two bytes");
  assert.equal(fromBase45("::"), null, "beyond one byte");
  assert.equal(fromBase45("A"), null);
  assert.equal(fromBase45("ab8"), null);
});

test("the codes of cards, phones and stations are told apart", () => {
  assert.deepEqual(codeOf(CARD), { kind: "card", schoolId: 7, cardId: "0123456789abcdef" });
  assert.deepEqual(codeOf(PHONE), { kind: "phone", schoolId: 66051, cardId: "fedcba9876543210" });
  assert.equal(codeOf(STATION)?.kind, "station");
  assert.equal(codeOf(` ${CARD}\n`)?.kind, "card", "as the server reads it");
  assert.equal(codeOf(CARD.slice(0, -1)), null);
  assert.equal(codeOf("https://example.com"), null);
  assert.equal(isForeign("8934563138165"), true);
  assert.equal(isForeign("CT1:torn"), false, "a torn card of ours is the server's to refuse");
});

test("a card is known in its own school alone, and as long as the roster holds", () => {
  assert.equal(holderOf(CARD, KNOWN, 1000)?.name, "Nguyễn Thị Đào");
  assert.equal(holderOf(CARD, KNOWN, 3000), null, "the roster is over");
  assert.equal(holderOf(PHONE, KNOWN, 1000), null, "another school's");
  assert.equal(holderOf("CT1:", KNOWN, 1000), null);
  assert.equal(holderOf(CARD, null, 1000), null);
});

test("who may fetch a child is said on the day for which it was told, and not the day after", () => {
  const loaded = Date.parse("2026-11-16T16:00:00+07:00");
  const pickups = [{ name: "Bà Tư", relation: "neighbour" as const, photo_url: null }];
  const child = { ...entry("0123456789abcdef", "Nguyễn Thị Đào", "1A"), pickups };
  const byCard = new Map([[child.card_id, child]]);
  const known = { ...KNOWN, validUntil: loaded + 24 * 3600_000, byCard };
  assert.deepEqual(holderOf(CARD, known, loaded + 600_000)?.pickups, pickups);
  const morning = holderOf(CARD, known, Date.parse("2026-11-17T10:45:00+07:00"));
  assert.equal(morning?.name, "Nguyễn Thị Đào");
  assert.equal(morning?.pickups, undefined);
});

test("a pupil is found by any parts of the name, without diacritics", () => {
  const names = (query: string) => find(query, KNOWN).map((each) => each.name);
  assert.deepEqual(names("dao"), ["Nguyễn Thị Đào"]);
  assert.deepEqual(names("ĐÀO nguyễn"), ["Nguyễn Thị Đào"]);
  assert.deepEqual(names("nguyen 7/1"), ["Nguyễn Văn An"]);
  assert.deepEqual(names("van an"), ["Trần Văn Ánh", "Nguyễn Văn An"]);
  assert.deepEqual(names("  "), []);
  assert.deepEqual(names("xyz"), []);
});

function clockwork() {
  let ids = 0;
  const clocks = { wallMs: 1_000_000, monoMs: 5000 };
  const made = new Clockwork({
    wall: () => clocks.wallMs,
    mono: () => clocks.monoMs,
    newId: () => `boot ${++ids}`,
  });
  const pass = (wall: number, mono = wall) => {
    clocks.wallMs += wall;
    clocks.monoMs += mono;
  };
  return { made, pass };
}

test("one page load is one boot as long as both clocks agree", () => {
  const { made, pass } = clockwork();
  const first = made.read();
  pass(3_600_000.4);
  const second = made.read();
  assert.equal(first.boot_id, second.boot_id);
  assert.equal(second.mono_ms, 3_605_000);
  assert.ok(Number.isInteger(second.mono_ms));
});

test("a counter that stood still while the phone slept begins another boot", () => {
  const { made, pass } = clockwork();
  const before = made.read().boot_id;
  made.hidden();
  pass(40 * 60_000, 1000);
  assert.notEqual(made.read().boot_id, before);
});

test("a clock that was set while somebody looked is no sleep: the counter is believed", () => {
  const { made, pass } = clockwork();
  const before = made.read().boot_id;
  pass(40 * 60_000, 1000);
  assert.equal(made.read().boot_id, before);
  made.hidden();
  pass(1000);
  assert.equal(made.read().boot_id, before);
});

test("a fix of a satellite's clock is put on the phone's", () => {
  const clock = new FixClock();
  // This phone is ten minutes slow: every fix seems still to come.
  const shift = 600_000;
  clock.fixedAt(1000 + shift, 1000);
  clock.fixedAt(2000 + shift, 2300);
  assert.equal(clock.fixedAt(3000 + shift, 3100), 3000);
});

test("an old fix stays old, and small differences are left alone", () => {
  const clock = new FixClock();
  assert.equal(clock.fixedAt(0, 600_000), 0, "one alone proves nothing");
  clock.fixedAt(601_000, 601_200);
  assert.equal(clock.fixedAt(602_000, 602_900), 602_000);
});

const FIX: Fix = { lat: 16.46, lng: 107.59, accuracyM: 8, fixedAt: 100_000 };

test("what is absurd is no place, what is old or vague is said before it is refused", () => {
  assert.equal(locationOf({ ...FIX, accuracyM: 0 }), null);
  assert.equal(locationOf({ ...FIX, accuracyM: 20_000 }), null);
  assert.equal(locationOf(FIX)?.fixed_at, "1970-01-01T00:01:40.000Z");
  assert.equal(qualityOf(FIX, 100_000), "good");
  assert.equal(qualityOf(FIX, 125_000), "old");
  assert.equal(qualityOf({ ...FIX, accuracyM: 161 }, 100_000), "good");
  assert.equal(qualityOf({ ...FIX, accuracyM: 162 }, 100_000), "rough");
  assert.equal(qualityOf(null, 0), "none");
});
