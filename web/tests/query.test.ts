import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal, Unreached } from "../failure";
import { makeQuery } from "../query";

const refused = (status: number) => new Refusal(status, "", "", "", []);

test("what somebody may not see any more goes from the screen; without a network it stays", async () => {
  let load = async () => "Khôi, 6A1";
  const query = makeQuery("days/khoi", () => load(), true);
  await query.reload();
  for (const passing of [new Unreached(), refused(500), refused(429)]) {
    load = () => Promise.reject(passing);
    await query.reload();
    assert.equal(query.data.peek(), "Khôi, 6A1");
    assert.equal(query.failure.peek(), passing);
  }
  for (const status of [403, 404]) {
    load = async () => "Khôi, 6A1";
    await query.reload();
    load = () => Promise.reject(refused(status));
    await query.reload();
    assert.equal(query.data.peek(), null);
    assert.equal(query.at.peek(), null);
  }
});
