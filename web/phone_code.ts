/**
 * The code that a pupil's or parent's phone shows: the same bytes as app/attendance/codes.py.
 *
 *     0x21 | key id 1 | school 3 | card id 8 | unix s 4 | HMAC-SHA256/80      27 bytes
 *
 * As text `CT1:` and base45 (RFC 9285): 45 characters of the QR alphanumeric set, version 3.
 */

import { CARD, fromBase64url, PHONE, signed, signingKey } from "./gate_codes";

const CARD_PREFIX_BYTES = 13;

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
  return { key: await signingKey(key), cardPrefix: prefix };
}

/** The code of an instant, in whole seconds since 1970 by the server's clock. */
export async function phoneCode(maker: CodeMaker, unixS: number): Promise<string> {
  const payload = new Uint8Array(CARD_PREFIX_BYTES + 4);
  payload.set(maker.cardPrefix);
  payload[0] = PHONE;
  new DataView(payload.buffer).setUint32(CARD_PREFIX_BYTES, unixS);
  return await signed(maker.key, payload);
}

/** When the code that is shown at `nowMs` was made: codes change at whole steps of the clock. */
export function stepStart(nowMs: number, stepS: number): number {
  return Math.floor(nowMs / 1000 / stepS) * stepS;
}
