/** Why news did not arrive, in words. */

import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { WHY } from "../i18n/deliveries";
import { reasonWords } from "../views/daily/reasons";

test("a reason is said in words, what led to it too, and an unknown one by its code", () => {
  assert.equal(reasonWords("over_budget"), WHY.over_budget());
  assert.equal(reasonWords("unregistered"), WHY.gone());
  assert.equal(reasonWords("http_503"), WHY.bad_answer());
  assert.equal(reasonWords("refused_403:BadJwtToken"), WHY.refused());
  assert.equal(reasonWords("bad_request:message.data"), WHY.bad_data());
  assert.equal(reasonWords("gave_up:timeout"), `${WHY.gave_up()} (${WHY.no_connection()})`);
  assert.equal(reasonWords("expired:esms_99"), `${WHY.expired()} (esms_99)`);
  for (const code of ["esms_99", "direction: is neither in nor out", "toString", ""])
    assert.equal(reasonWords(code), code);
});
