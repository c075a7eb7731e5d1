/**
 * The written form that the codes of a gate share (app/attendance/codes.py): `CT1:`, then in base45
 * (RFC 9285) a payload, whose first byte tells its kind, and the beginning of its HMAC-SHA256.
 */

export const PREFIX = "CT1:";
export const CARD = 0x11;
export const PHONE = 0x21;
export const STATION = 0x31;

const MAC_BYTES = 10;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

export function toBase45(bytes: Uint8Array): string {
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

/** null: it is no base45. */
export function fromBase45(text: string): Uint8Array | null {
  if (text.length % 3 === 1) return null;
  const bytes: number[] = [];
  for (let n = 0; n < text.length; n += 3) {
    const digits = [...text.slice(n, n + 3)].map((letter) => ALPHABET.indexOf(letter));
    if (digits.includes(-1)) return null;
    const [a = 0, b = 0, c] = digits;
    const value = a + b * 45 + (c ?? 0) * 2025;
    if (value > (c === undefined ? 0xff : 0xffff)) return null;
    if (c !== undefined) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return Uint8Array.from(bytes);
}

/** Throws on what is none. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

/** A key as the server sends it, base64url, for `signed`. */
export function signingKey(key: string): Promise<CryptoKey> {
  const kind = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", fromBase64url(key), kind, false, ["sign"]);
}

/** The whole code as a QR code carries it. */
export async function signed(key: CryptoKey, payload: Uint8Array<ArrayBuffer>): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", key, payload);
  const code = new Uint8Array(payload.length + MAC_BYTES);
  code.set(payload);
  code.set(new Uint8Array(mac, 0, MAC_BYTES), payload.length);
  return PREFIX + toBase45(code);
}
