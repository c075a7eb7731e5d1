import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Carried,
  Outbox,
  type Scan,
  type ScanResult,
  type Settled,
  type Shelf,
  type Undone,
  type Wire,
  type World,
} from "../outbox";
import type { QueuedScan } from "../store";

/** A phone's storage: it outlives its pages. */
class Storage implements Shelf {
  readonly rows = new Map<string, QueuedScan>();
  async all() {
    await null;
    return [...this.rows.values()];
  }
  async put(row: QueuedScan) {
    await null;
    this.rows.set(row.event_id, structuredClone(row));
  }
  async change(ids: readonly string[], change: Partial<QueuedScan>) {
    await null;
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row) this.rows.set(id, { ...row, ...change });
    }
  }
  async remove(ids: readonly string[]) {
    await null;
    for (const id of ids) this.rows.delete(id);
  }
}

/** Answers as the scan door does: the first answer to an event id is kept and given again. */
class Server implements Wire {
  readonly receipts = new Map<string, { body: string; result: ScanResult }>();
  readonly undone = new Set<string>();
  readonly batches: string[][] = [];
  outcome: (scan: Scan) => ScanResult["outcome"] = () => "ok";
  /** What happens to the next request instead: before (it never arrives) or after (lost answer). */
  before: (scans: readonly Scan[]) => Carried | null = () => null;
  after: () => Promise<Carried | null> = async () => null;
  undoing: Undone = "done";

  async send(scans: readonly Scan[]): Promise<Carried> {
    await null;
    this.batches.push(scans.map((scan) => scan.event_id));
    const early = this.before(scans);
    if (early) return early;
    const results = scans.map((scan) => this.answer(scan));
    return (await this.after()) ?? { is: "answered", results };
  }

  private answer(scan: Scan): ScanResult {
    const body = JSON.stringify(scan);
    const known = this.receipts.get(scan.event_id);
    if (known?.body === body) return known.result;
    const outcome = known ? "conflict" : this.outcome(scan);
    const student = { id: "s", name: "Lê Khôi", class_name: "6A1", photo_url: null };
    const result = { event_id: scan.event_id, outcome, student, status: null, recorded_at: null };
    if (!known) this.receipts.set(scan.event_id, { body, result });
    return result;
  }

  async undo(eventId: string): Promise<Undone> {
    await null;
    if (this.undoing === "done") this.undone.add(eventId);
    return this.undoing;
  }
}

interface Page {
  box: Outbox;
  settled: [string, Settled][];
  waiting: number;
}

/** A phone with one clock and any number of pages, one after another or beside each other. */
class PhoneWorld {
  time = 1_000_000;
  private timers: { at: number; work: () => void; isOff: boolean }[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  page(storage: Shelf, wire: Wire): Page {
    const page: Page = { settled: [], waiting: 0, box: null as never };
    const world: World = {
      now: () => this.time,
      alone: (work) => {
        const mine = this.turn.then(work);
        this.turn = mine.catch(() => undefined);
        return mine;
      },
      after: (ms, work) => {
        const timer = { at: this.time + ms, work, isOff: false };
        this.timers.push(timer);
        return () => {
          timer.isOff = true;
        };
      },
    };
    page.box = new Outbox(storage, wire, world, {
      changed: (rows) => {
        page.waiting = rows.filter((row) => row.refused === null).length;
      },
      isSeen: (row) => this.time - row.made_at < 6000,
      settled: (row, _result, how) => page.settled.push([row.event_id, how]),
    });
    return page;
  }

  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await rest();
      const due = this.timers.filter((each) => !each.isOff && each.at <= end);
      const next = due.sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.time = Math.max(this.time, next.at);
      next.isOff = true;
      next.work();
    }
    this.time = end;
    await rest();
  }
}

const rest = () => new Promise((done) => setTimeout(done, 2));

function scanned(n: number, at = 1_000_000): QueuedScan {
  const event_id = `event-${String(n).padStart(4, "0")}`;
  return {
    event_id,
    account_id: "a",
    school_id: 1,
    made_at: at + n,
    tried: false,
    undo: false,
    refused: null,
    scan: { event_id, token: `CT1:${n}`, device_seq: n, location: null } as unknown as Scan,
  };
}

function phone() {
  const world = new PhoneWorld();
  const storage = new Storage();
  const server = new Server();
  return { world, storage, server, page: world.page(storage, server) };
}

const AWAY: Carried = { is: "later", why: "network" };

test("a scan is sent at once, without a timer, and leaves with its answer", async () => {
  const { storage, server, page } = phone();
  await page.box.add(scanned(1));
  await page.box.flush();
  assert.deepEqual(page.settled, [["event-0001", "shown"]]);
  assert.equal(storage.rows.size, 0);
  assert.equal(server.batches.length, 1);
});

test("scans made while one is on its way go together in the next request", async () => {
  const { server, page } = phone();
  await Promise.all([1, 2, 3, 4].map((n) => page.box.add(scanned(n))));
  await page.box.flush();
  assert.equal(page.settled.length, 4);
  assert.ok(server.batches.length <= 2, `${server.batches.length} requests`);
});

test("a page killed between the answer and the removal makes no second scan", async () => {
  const { world, storage, server, page } = phone();
  // The answer arrives, but the page does not live to hear it.
  server.after = () => new Promise(() => {});
  await page.box.add(scanned(1));
  await rest();
  assert.equal(server.receipts.size, 1);
  assert.equal(storage.rows.size, 1);
  server.after = async () => null;
  const reloaded = new PhoneWorld().page(storage, server);
  await reloaded.box.flush();
  assert.equal(server.receipts.size, 1);
  assert.equal(server.receipts.get("event-0001")?.result.outcome, "ok");
  assert.deepEqual(reloaded.settled, [["event-0001", "shown"]]);
  assert.equal(storage.rows.size, 0);
  assert.equal(world.time, 1_000_000);
});

test("a lost answer is asked for again with the very same scan", async () => {
  const { world, storage, server, page } = phone();
  let isLost = true;
  server.after = async () => (isLost ? AWAY : null);
  await page.box.add(scanned(1));
  await page.box.flush();
  assert.equal(storage.rows.size, 1);
  isLost = false;
  await world.pass(3000);
  assert.deepEqual(
    page.settled.map(([id]) => id),
    ["event-0001"],
  );
  assert.equal(server.receipts.get("event-0001")?.result.outcome, "ok");
});

test("what fails on the way is kept, and tried again ever more rarely", async () => {
  const { world, storage, server, page } = phone();
  server.before = () => AWAY;
  await page.box.add(scanned(1));
  await world.pass(60_000);
  assert.equal(storage.rows.size, 1);
  assert.ok(server.batches.length >= 5 && server.batches.length <= 12, `${server.batches.length}`);
});

test("being online again sends without waiting for the timer", async () => {
  const { world, storage, server, page } = phone();
  server.before = () => AWAY;
  await page.box.add(scanned(1));
  await world.pass(20_000);
  server.before = () => null;
  await page.box.poke();
  assert.equal(storage.rows.size, 0);
});

test("a server that asks for patience gets it, also from a phone that is online again", async () => {
  const { world, storage, server, page } = phone();
  server.before = () => ({ is: "later", why: "server", afterMs: 30_000 });
  await page.box.add(scanned(1));
  await page.box.flush();
  server.before = () => null;
  await page.box.add(scanned(2));
  await page.box.poke();
  await world.pass(29_000);
  assert.equal(server.batches.length, 1);
  await world.pass(2000);
  assert.equal(storage.rows.size, 0);
});

test("without the right to send, scans are kept and go when somebody logs in again", async () => {
  const { storage, server, page } = phone();
  server.before = () => ({ is: "later", why: "rights" });
  await page.box.add(scanned(1));
  await page.box.flush();
  assert.equal(storage.rows.size, 1);
  server.before = () => null;
  await page.box.renew();
  assert.equal(storage.rows.size, 0);
});

test("a refused scan leaves like any other, and those beside it are recorded", async () => {
  const { storage, server, page } = phone();
  server.outcome = (scan) => (scan.event_id === "event-0002" ? "card_revoked" : "ok");
  for (const n of [1, 2, 3]) await page.box.add(scanned(n));
  await page.box.flush();
  assert.equal(storage.rows.size, 0);
  assert.equal(page.settled.length, 3);
});

test("a scan refused when nobody looks any more stays until it is acknowledged", async () => {
  const { world, storage, server, page } = phone();
  server.before = () => AWAY;
  server.outcome = () => "geo_outside";
  await page.box.add(scanned(1));
  await world.pass(30_000);
  server.before = () => null;
  await page.box.poke();
  assert.deepEqual(storage.rows.get("event-0001")?.refused, {
    outcome: "geo_outside",
    name: "Lê Khôi",
    class_name: "6A1",
  });
  const sent = server.batches.length;
  const reloaded = world.page(storage, server);
  await reloaded.box.flush();
  assert.equal(server.batches.length, sent, "it is not sent any more");
  await reloaded.box.acknowledge("event-0001");
  assert.equal(storage.rows.size, 0);
});

test("more than a batch goes in batches of 200, the oldest first", async () => {
  const { storage, server, page } = phone();
  for (let n = 450; n > 0; n--) await storage.put(scanned(n));
  await page.box.flush();
  assert.deepEqual(
    server.batches.map((batch) => batch.length),
    [200, 200, 50],
  );
  assert.equal(server.batches[0]?.[0], "event-0001");
  assert.equal(storage.rows.size, 0);
});

test("one scan that the envelope cannot bear is set aside, and the others go through", async () => {
  const { storage, server, page } = phone();
  for (let n = 1; n <= 50; n++) await storage.put(scanned(n));
  server.before = (scans) =>
    scans.some((scan) => scan.event_id === "event-0033") ? { is: "unreadable", status: 400 } : null;
  await page.box.flush();
  assert.equal(server.receipts.size, 49);
  assert.deepEqual([...storage.rows.keys()], ["event-0033"]);
  assert.equal(storage.rows.get("event-0033")?.refused?.outcome, "unreadable 400");
  server.before = () => null;
  await page.box.tryAgain("event-0033");
  assert.equal(storage.rows.size, 0);
});

test("two tabs send each scan once", async () => {
  const { world, storage, server, page } = phone();
  const other = world.page(storage, server);
  for (let n = 1; n <= 20; n++) {
    await (n % 2 ? page : other).box.add(scanned(n));
  }
  await Promise.all([page.box.flush(), other.box.flush()]);
  const sent = server.batches.flat();
  assert.equal(new Set(sent).size, 20);
  assert.equal(sent.length, 20);
});

test("an answer that names none of the scans does not make the phone ask for ever", async () => {
  const { storage, server, page } = phone();
  server.after = async () => ({ is: "answered", results: [] });
  await page.box.add(scanned(1));
  await page.box.flush();
  assert.equal(server.batches.length, 1);
  assert.equal(storage.rows.size, 1);
});

test("a scan that never left is undone on the phone alone", async () => {
  const { storage, server, page } = phone();
  server.before = () => AWAY;
  await page.box.add(scanned(1));
  await page.box.flush();
  await page.box.add(scanned(2));
  assert.equal(await page.box.undo("event-0002"), "removed");
  server.before = () => null;
  await page.box.poke();
  assert.deepEqual([...server.receipts.keys()], ["event-0001"]);
  assert.equal(storage.rows.size, 0);
});

test("a scan that may have left is undone after its answer", async () => {
  const { storage, server, page } = phone();
  server.before = () => AWAY;
  await page.box.add(scanned(1));
  await page.box.flush();
  assert.equal(await page.box.undo("event-0001"), "later");
  server.before = () => null;
  await page.box.poke();
  assert.deepEqual([...server.undone], ["event-0001"]);
  assert.deepEqual(page.settled, [["event-0001", "undone"]]);
  assert.equal(storage.rows.size, 0);
});

test("a scan that went with others after a pause, its answer lost, is no more taken back here", async () => {
  const { world, server, page } = phone();
  server.before = () => AWAY;
  await page.box.add(scanned(1));
  await page.box.flush();
  await page.box.add(scanned(2));
  server.before = () => null;
  server.after = async () => AWAY;
  await page.box.poke();
  assert.equal(server.receipts.size, 2);
  assert.equal(await page.box.undo("event-0002"), "later");
  server.after = async () => null;
  await world.pass(20_000);
  assert.deepEqual([...server.undone], ["event-0002"]);
});

test("an undo that does not arrive is tried again, one that comes too late is said", async () => {
  const { world, storage, server, page } = phone();
  server.before = () => AWAY;
  await page.box.add(scanned(1));
  await page.box.flush();
  await page.box.undo("event-0001");
  server.before = () => null;
  server.undoing = "later";
  await page.box.poke();
  assert.equal(storage.rows.size, 1);
  server.undoing = "too-late";
  await world.pass(10_000);
  assert.deepEqual(page.settled, [["event-0001", "not-undone"]]);
  assert.equal(storage.rows.get("event-0001")?.refused?.outcome, "not_undone");
});

test("what was answered already is left to the server to undo", async () => {
  const { page } = phone();
  await page.box.add(scanned(1));
  await page.box.flush();
  assert.equal(await page.box.undo("event-0001"), "answered");
});

test("a closed outbox asks no more", async () => {
  const { world, server, page } = phone();
  server.before = () => AWAY;
  await page.box.add(scanned(1));
  await page.box.flush();
  page.box.close();
  await world.pass(100_000);
  assert.equal(server.batches.length, 1);
});
