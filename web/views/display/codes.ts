/**
 * A station's codes as its screen makes them, from the key of the day (app/attendance/codes.py).
 *
 * 11 bytes: 0x31, key id 1, school 3, station number 2, step 4, big-endian; then the first 10 bytes
 * of their HMAC-SHA256. As text `CT1:` and base45 (RFC 9285).
 */

import type { Schemas } from "../../api";
import { STATION, signed, signingKey } from "../../gate_codes";

export type DayKey = Schemas["DayKey"];

const PAYLOAD_BYTES = 11;

/** The step that a station shows at an instant, ms since 1970. */
export function stepAt(ms: number, stepS: number): number {
  return Math.floor(ms / 1000 / stepS);
}

function payloadOf(key: DayKey, step: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PAYLOAD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, STATION);
  view.setUint8(1, key.key_id);
  view.setUint8(2, key.school_id >> 16);
  view.setUint16(3, key.school_id & 0xffff);
  view.setUint16(5, key.number);
  view.setUint32(7, step);
  return bytes;
}

// The key of a day signs thousands of codes.
const imported = new Map<string, Promise<CryptoKey>>();

function signer(key: string): Promise<CryptoKey> {
  let found = imported.get(key);
  if (!found) {
    found = signingKey(key);
    imported.set(key, found);
  }
  return found;
}

/** What the station shows during `step`; `key` must be that of the step's day. */
export async function stationCode(key: DayKey, step: number): Promise<string> {
  return await signed(await signer(key.key), payloadOf(key, step));
}
