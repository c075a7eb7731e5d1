/** What this browser keeps: the scans and check-ins not sent yet, and copies of what was last seen. */

import {
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
  openDB,
  type StoreNames,
} from "idb";

/** A scan made on this phone and not answered for good yet. */
export interface QueuedScan {
  event_id: string;
  /** Whose session made it: another account on this phone neither sends nor sees it. */
  account_id: string;
  school_id: number;
  /** The scan as it is sent; not changed after it was made, so that a repeat is the same. */
  scan: unknown;
  /** ms since 1970 by this phone's clock. */
  made_at: number;
  /** A request may have carried it, so only an answer says whether it is recorded. */
  tried: boolean;
  /** It is taken back as soon as it is answered. */
  undo: boolean;
  /** Refused when nobody was looking: kept until somebody has seen it, and not sent any more. */
  refused: { outcome: string; name: string | null; class_name: string | null } | null;
}

/** An own check-in made on this phone and not answered for good yet. */
export interface WaitingCheckIn {
  event_id: string;
  /** Whose it is: it goes under no other name. */
  account_id: string;
  /** As it is sent, each time the same. */
  check_in: unknown;
}

interface Schema extends DBSchema {
  /** Copies of answers, by `account/key`; gone at logout. */
  seen: { key: string; value: { at: number; data: unknown } };
  /** Kept on logout: a child's arrival is not lost because a teacher's session was. */
  scans: { key: string; value: QueuedScan; indexes: { by_account: string } };
  /** Kept on logout, as the scans are: somebody was at the gate. */
  check_ins: { key: string; value: WaitingCheckIn; indexes: { by_account: string } };
  /** What a paired screen needs for a day without a network. */
  screen: { key: string; value: unknown };
}

type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], "versionchange">;

/** Where version 1 had the day's check-ins of an account, the waiting one among the copies. */
const CHECK_INS_OF_1 = /^(.+)\/diem-danh-toi$/;

async function moveCheckIns(upgrade: Upgrade): Promise<void> {
  const all = upgrade.objectStore("check_ins");
  let cursor = await upgrade.objectStore("seen").openCursor();
  while (cursor) {
    const account = CHECK_INS_OF_1.exec(cursor.key)?.[1];
    const { waiting } = (cursor.value.data ?? {}) as { waiting?: { event_id: string } | null };
    if (account && waiting)
      await all.put({ event_id: waiting.event_id, account_id: account, check_in: waiting });
    cursor = await cursor.continue();
  }
}

let opened: Promise<IDBPDatabase<Schema>> | null = null;

export function database(): Promise<IDBPDatabase<Schema>> {
  if (opened) return opened;
  const opening = openDB<Schema>("cong-truong", 2, {
    async upgrade(db, from, _to, upgrade) {
      if (from < 1) {
        db.createObjectStore("seen");
        const scans = db.createObjectStore("scans", { keyPath: "event_id" });
        scans.createIndex("by_account", "account_id");
        db.createObjectStore("screen");
      }
      const checkIns = db.createObjectStore("check_ins", { keyPath: "event_id" });
      checkIns.createIndex("by_account", "account_id");
      if (from === 1) await moveCheckIns(upgrade);
    },
    blocking(_old, _new, event) {
      (event.target as IDBDatabase).close();
      opened = null;
    },
    terminated() {
      opened = null;
    },
  });
  opened = opening;
  // A storage that would not open this once is asked again: a scan must not stay in memory for it.
  opening.catch(() => {
    if (opened === opening) opened = null;
  });
  return opening;
}

export interface Seen<T> {
  /** When it was loaded, ms since 1970. */
  at: number;
  data: T;
}

/** The last copy, or null; a browser without storage (private mode, full disk) has none. */
export async function seen<T>(key: string): Promise<Seen<T> | null> {
  try {
    const found = await (await database()).get("seen", key);
    return (found as Seen<T> | undefined) ?? null;
  } catch {
    return null;
  }
}

export async function keepSeen(key: string, data: unknown, at: number = Date.now()): Promise<void> {
  try {
    await (await database()).put("seen", { at, data }, key);
  } catch {
    // A copy is a comfort: without it the next start needs the network.
  }
}

/** Everything personal but the scans and check-ins that still have to be sent. */
export async function forgetSeen(): Promise<void> {
  try {
    const db = await database();
    await Promise.all([db.clear("seen"), db.clear("screen")]);
  } catch {
    // There was no storage to forget.
  }
}

/** The copies of one account, when what it may see has become less. */
export async function forgetCopies(account: string): Promise<void> {
  try {
    const own = IDBKeyRange.bound(`${account}/`, `${account}0`, false, true);
    await (await database()).delete("seen", own);
  } catch {
    // There was no storage to forget.
  }
}

/** How many scans of this account have still to be sent. */
export async function scansWaiting(account: string): Promise<number> {
  try {
    return await (await database()).countFromIndex("scans", "by_account", account);
  } catch {
    return 0;
  }
}

/** How many own check-ins of this account have still to be sent. */
export async function checkInsWaiting(account: string): Promise<number> {
  try {
    return await (await database()).countFromIndex("check_ins", "by_account", account);
  } catch {
    return 0;
  }
}
