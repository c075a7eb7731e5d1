/** A job's way to its end: by the stream, and by asking for what the stream may have missed. */

import { api, of, type Schemas } from "./api";
import { isFailure, Refusal, SignedOut } from "./failure";
import { isLive, onJob, onReset } from "./live";

const POLL_MS = 2000;
/** While the stream tells of each step, asking is only for what it may have missed. */
const POLL_LIVE_MS = 10_000;

export function problemOf(job: Schemas["JobShown"]): Refusal {
  const { type = "", title = "", detail = "" } = job.problem ?? {};
  return new Refusal(422, type, title, detail, []);
}

export interface Follower {
  isWanted(): boolean;
  /** Its steps, between two answers. */
  moved(step: { state: string; done: number; total: number }): void;
  ended(job: Schemas["JobShown"]): void;
  /** It cannot be asked about any more. */
  lost(error: unknown): void;
}

/** Hears of the job by the stream, and asks now and then for what the stream may have missed. */
export function followJob(jobId: string, follower: Follower): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  const stops = [
    onJob((step) => {
      if (step.job_id !== jobId) return;
      if (step.state === "done" || step.state === "failed") void ask();
      else if (follower.isWanted()) follower.moved(step);
    }),
    onReset(() => void ask()),
  ];
  function end(): void {
    clearTimeout(timer);
    turn += 1;
    for (const stop of stops) stop();
  }
  async function ask(): Promise<void> {
    if (!follower.isWanted()) return end();
    clearTimeout(timer);
    const mine = ++turn;
    try {
      const job = await of(api.GET("/v1/jobs/{job_id}", { params: { path: { job_id: jobId } } }));
      if (mine !== turn) return;
      if (job.state === "done" || job.state === "failed") {
        end();
        return follower.ended(job);
      }
      follower.moved(job);
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (mine !== turn) return;
      if (isFinal(error)) {
        end();
        return follower.lost(error);
      }
    }
    timer = setTimeout(() => void ask(), isLive.peek() ? POLL_LIVE_MS : POLL_MS);
  }
  void ask();
}

/** Only a plain no: a network or a server that is away comes back. */
function isFinal(error: unknown): boolean {
  if (error instanceof SignedOut) return true;
  return error instanceof Refusal && error.status < 500 && error.status !== 429;
}
