/**
 * The code that a pupil's or parent's phone shows: the same bytes as app/attendance/codes.py.
 *
 *     0x21 | key id 1 | school 3 | card id 8 | unix s 4 | HMAC-SHA256/80      27 bytes
 *
 * As text `CT1:` and base45 (RFC 9285): 45 characters of the QR alphanumeric set, version 3.
 */

const PREFIX = "CT1:";
const CARD = 0x11;
const PHONE = 0x21;
const CARD_PREFIX_BYTES = 13;
const MAC_BYTES = 10;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/** What makes codes for one card and no other. */
export interface CodeMaker {
  readonly key: CryptoKey;
  readonly cardPrefix: Uint8Array<ArrayBuffer>;
}

/** `key` and `cardPrefix` as the server sends them, base64url. Throws on anything else. */
export async function codeMaker(key: string, cardPrefix: string): Promise<CodeMaker> {
  const prefix = fromBase64url(cardPrefix);
  if (prefix.length !== CARD_PREFIX_BYTES || prefix[0] !== CARD)
    throw new Error("not the beginning of a card");
  const usable = await crypto.subtle.importKey(
    "raw",
    fromBase64url(key),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  return { key: usable, cardPrefix: prefix };
}

/** The code of an instant, in whole seconds since 1970 by the server's clock. */
export async function phoneCode(maker: CodeMaker, unixS: number): Promise<string> {
  const payload = new Uint8Array(CARD_PREFIX_BYTES + 4);
  payload.set(maker.cardPrefix);
  payload[0] = PHONE;
  new DataView(payload.buffer).setUint32(CARD_PREFIX_BYTES, unixS);
  const mac = await crypto.subtle.sign("HMAC", maker.key, payload);
  const code = new Uint8Array(payload.length + MAC_BYTES);
  code.set(payload);
  code.set(new Uint8Array(mac, 0, MAC_BYTES), payload.length);
  return PREFIX + base45(code);
}

/** When the code that is shown at `nowMs` was made: codes change at whole steps of the clock. */
export function stepStart(nowMs: number, stepS: number): number {
  return Math.floor(nowMs / 1000 / stepS) * stepS;
}

/** RFC 9285. */
export function base45(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const isPair = at + 1 < bytes.length;
    let number = isPair ? (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0) : (bytes[at] ?? 0);
    for (let n = isPair ? 3 : 2; n > 0; n--) {
      text += ALPHABET[number % 45];
      number = Math.floor(number / 45);
    }
  }
  return text;
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}
