/** Who the cards of a school belong to, for when there is no network, and by name. */

import { signal } from "@preact/signals";
import type { Schemas } from "./api";
import { plain, schoolDay } from "./format";
import { CARD, fromBase45, PHONE, PREFIX, STATION } from "./gate_codes";
import { authorized, refusalOf } from "./session";
import { keepSeen, seen } from "./store";

export type Roster = Schemas["Roster"];
export type RosterEntry = Schemas["RosterEntry"];

const LENGTHS: Record<number, number> = { [CARD]: 21, [PHONE]: 27, [STATION]: 21 };

export interface Code {
  kind: "card" | "phone" | "station";
  schoolId: number;
  /** 16 hex digits; empty for a station. */
  cardId: string;
}

/** What a code claims to be; only the server can tell whether it is genuine. null: not ours. */
export function codeOf(token: string): Code | null {
  const text = token.trim();
  if (!text.startsWith(PREFIX)) return null;
  const bytes = fromBase45(text.slice(PREFIX.length));
  const type = bytes?.[0] ?? 0;
  if (!bytes || LENGTHS[type] !== bytes.length) return null;
  const schoolId = ((bytes[2] ?? 0) << 16) | ((bytes[3] ?? 0) << 8) | (bytes[4] ?? 0);
  if (type === STATION) return { kind: "station", schoolId, cardId: "" };
  const hex = [...bytes.slice(5, 13)].map((byte) => byte.toString(16).padStart(2, "0"));
  return { kind: type === CARD ? "card" : "phone", schoolId, cardId: hex.join("") };
}

/** Another product's code, such as of a milk box. */
export function isForeign(token: string): boolean {
  return !token.trim().startsWith(PREFIX);
}

interface Kept {
  etag: string;
  roster: Roster;
}

interface Known {
  key: string;
  etag: string;
  validUntil: number;
  roster: Roster;
  byCard: ReadonlyMap<string, RosterEntry>;
  /** Name and class without diacritics, in the roster's order. */
  names: readonly string[];
}

const HOLDS_MS = 24 * 3600 * 1000;

/** The roster at hand; null: none, or it is over. */
export const roster = signal<Known | null>(null);

function known(key: string, { etag, roster: of }: Kept): Known {
  return {
    key,
    etag,
    validUntil: Date.parse(of.valid_until),
    roster: of,
    byCard: new Map(of.entries.map((entry) => [entry.card_id, entry])),
    names: of.entries.map((entry) => plain(`${entry.name} ${entry.class_name}`)),
  };
}

function keyOf(account: string, stationId: string): string {
  return `${account}/roster/${stationId}`;
}

/** Take up the phone's copy, so that names are there before the network is. */
export async function recallRoster(account: string, stationId: string): Promise<void> {
  const key = keyOf(account, stationId);
  if (roster.peek()?.key === key) return;
  roster.value = null;
  const copy = await seen<Kept>(key);
  // Over, it would show a name for a card that may have been given away since.
  if (copy && Date.parse(copy.data.roster.valid_until) > Date.now())
    roster.value = known(key, copy.data);
}

/** The school's cards anew, if they have changed. Throws a `Failure`. */
export async function loadRoster(account: string, stationId: string): Promise<void> {
  const key = keyOf(account, stationId);
  const before = roster.peek()?.key === key ? roster.peek() : null;
  const headers: Record<string, string> = before ? { "If-None-Match": before.etag } : {};
  const response = await authorized(
    `/v1/attendance/roster?station_id=${encodeURIComponent(stationId)}`,
    { headers, cache: "no-store" },
  );
  if (response.status === 304 && before) {
    const until = new Date(Date.now() + HOLDS_MS).toISOString();
    await take(key, { etag: before.etag, roster: { ...before.roster, valid_until: until } });
    return;
  }
  if (!response.ok) throw await refusalOf(response);
  const found = (await response.json()) as Roster;
  await take(key, { etag: response.headers.get("ETag") ?? "", roster: found });
}

async function take(key: string, kept: Kept): Promise<void> {
  roster.value = known(key, kept);
  await keepSeen(key, kept);
}

/** Whose card it is, as far as this phone knows. */
export function holderOf(token: string, at: Known | null, now: number): RosterEntry | null {
  const code = codeOf(token);
  if (!code || !at || at.validUntil < now || code.schoolId !== at.roster.school_id) return null;
  const entry = at.byCard.get(code.cardId) ?? null;
  if (!entry || schoolDay(at.validUntil - HOLDS_MS) === schoolDay(now)) return entry;
  // A permission for yesterday is none for today.
  const { pickups: _, exit_slip: __, ...rest } = entry;
  return rest;
}

/** Pupils by any parts of name and class, no diacritics needed. */
export function find(query: string, at: Known | null, most = 30): RosterEntry[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  if (!at || !words.length) return [];
  const found: RosterEntry[] = [];
  for (const [n, name] of at.names.entries()) {
    const entry = at.roster.entries[n];
    if (entry && words.every((word) => name.includes(word))) found.push(entry);
    if (found.length === most) break;
  }
  return found;
}
