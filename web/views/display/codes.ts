/**
 * A station's codes as its screen makes them, from the key of the day (app/attendance/codes.py).
 *
 * 11 bytes: 0x31, key id 1, school 3, station number 2, step 4, big-endian; then the first 10 bytes
 * of their HMAC-SHA256. As text `CT1:` and base45 (RFC 9285).
 */

import type { Schemas } from "../../api";

export type DayKey = Schemas["DayKey"];

const TYPE = 0x31;
const PAYLOAD_BYTES = 11;
const MAC_BYTES = 10;
const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/** The step that a station shows at an instant, ms since 1970. */
export function stepAt(ms: number, stepS: number): number {
  return Math.floor(ms / 1000 / stepS);
}

function payloadOf(key: DayKey, step: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PAYLOAD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, TYPE);
  view.setUint8(1, key.key_id);
  view.setUint8(2, key.school_id >> 16);
  view.setUint16(3, key.school_id & 0xffff);
  view.setUint16(5, key.number);
  view.setUint32(7, step);
  return bytes;
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function base45(bytes: Uint8Array): string {
  const letter = (n: number) => BASE45[n] ?? "";
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1];
    const n = second === undefined ? first : first * 256 + second;
    text += letter(n % 45) + letter(Math.floor(n / 45) % 45);
    if (second !== undefined) text += letter(Math.floor(n / 2025));
  }
  return text;
}

// The key of a day signs thousands of codes.
const imported = new Map<string, Promise<CryptoKey>>();

function signer(key: string): Promise<CryptoKey> {
  let found = imported.get(key);
  if (!found) {
    const kind = { name: "HMAC", hash: "SHA-256" };
    found = crypto.subtle.importKey("raw", bytesOf(key), kind, false, ["sign"]);
    imported.set(key, found);
  }
  return found;
}

/** What the station shows during `step`; `key` must be that of the step's day. */
export async function stationCode(key: DayKey, step: number): Promise<string> {
  const payload = payloadOf(key, step);
  const mac = await crypto.subtle.sign("HMAC", await signer(key.key), payload);
  const code = new Uint8Array(PAYLOAD_BYTES + MAC_BYTES);
  code.set(payload);
  code.set(new Uint8Array(mac, 0, MAC_BYTES), PAYLOAD_BYTES);
  return `CT1:${base45(code)}`;
}
