/** Why news did not arrive, in words; what has none is said by its code. */

import { WHY } from "../../i18n/deliveries";

/** What is said alike of several codes. */
const SAME: Readonly<Record<string, keyof typeof WHY>> = {
  unregistered: "gone",
  invalid_token: "gone",
  sender_id_mismatch: "gone",
  bad_keys: "gone",
  no_token: "gone",
  connection: "no_connection",
  timeout: "no_connection",
  unavailable: "no_connection",
  internal: "no_connection",
  no_access_token: "no_connection",
  quota_exceeded: "throttled",
  too_large: "too_big",
  not_encodable: "bad_data",
  invalid_argument: "bad_data",
  bad_request: "bad_data",
  not_found: "bad_data",
  endpoint_not_allowed: "bad_data",
  no_push_text: "bad_data",
  bug: "bad_data",
  access_token_refused: "refused",
  unauthenticated: "refused",
  permission_denied: "refused",
  third_party_auth: "refused",
  key_unreadable: "unreadable",
  phone_unreadable: "unreadable",
  sms_not_configured: "not_configured",
  bad_api_key: "sms_account",
  ip_not_allowed: "sms_account",
  no_price_list: "sms_account",
  unknown_brandname: "sms_unregistered",
  template_not_registered: "sms_unregistered",
  network_not_registered: "sms_unregistered",
};

const isKey = (code: string): code is keyof typeof WHY => Object.hasOwn(WHY, code);

export function reasonWords(code: string): string {
  const [head = "", ...rest] = code.split(":");
  const more = rest.join(":");
  const words = wordsOf(head);
  if (words === null) return code;
  return more && isKey(head) ? `${words} (${reasonWords(more)})` : words;
}

function wordsOf(code: string): string | null {
  if (isKey(code)) return WHY[code]();
  if (Object.hasOwn(SAME, code)) return WHY[SAME[code] as keyof typeof WHY]();
  if (/^http_\d+$/.test(code)) return WHY.bad_answer();
  return /^refused_\d+/.test(code) ? WHY.refused() : null;
}
