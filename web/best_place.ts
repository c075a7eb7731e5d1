/** The place for something that is sent now: a fix that the server will take, or none. */

import { fix, type Location, locationOf, placeTrouble, qualityOf } from "./place";

const STEP_MS = 250;

/**
 * Waits for a good fix, at most `patienceMs`; somebody must be watching the place (`watchPlace`).
 *
 * null: there is none. An old fix is refused, where none at all is recorded and looked at by the
 * school: so who does not let the phone tell where it is sends none.
 */
export async function bestPlace(patienceMs: number): Promise<Location | null> {
  const until = Date.now() + patienceMs;
  const isGood = () => qualityOf(fix.peek(), Date.now()) === "good";
  while (Date.now() < until && placeTrouble.peek() === null && !isGood())
    await new Promise((done) => setTimeout(done, STEP_MS));
  return placeTrouble.peek() !== null && !isGood() ? null : locationOf(fix.peek());
}
