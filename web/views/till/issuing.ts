/** An issue of bills in progress. It outlives its screen: somebody may look elsewhere meanwhile. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { followJob, problemOf } from "../../follow_job";
import { accountId } from "../../session";

/** A job's result, which the API's document leaves open. */
export interface Issued {
  readonly invoices: number;
  readonly offers: number;
  readonly total: number;
  readonly credit: number;
  readonly told: number;
}

export type IssueStage =
  | { at: "idle" }
  | { at: "job"; done: number; total: number; isQueued: boolean }
  | { at: "done"; issued: Issued }
  | { at: "failed"; error: unknown };

export interface Issuing {
  readonly stage: ReadonlySignal<IssueStage>;
  /** `seen`: what was looked at comes to. If it does not any more, nothing is issued. */
  start(scope: Schemas["Part"]["scope"], ref: string, seen: number): Promise<void>;
  forget(): void;
}

const found = new Map<string, Issuing>();

/** The one issue of a period, of whoever is logged in. */
export function issuingOf(school: number, period: string): Issuing {
  const key = `${accountId.peek()}/${period}`;
  const issuing = found.get(key) ?? make(school, period);
  found.set(key, issuing);
  return issuing;
}

function make(school: number, period: string): Issuing {
  const stage = signal<IssueStage>({ at: "idle" });
  let turn = 0;
  return {
    stage,
    forget() {
      turn += 1;
      stage.value = { at: "idle" };
    },
    async start(scope, ref, seen) {
      const mine = ++turn;
      const { job_id } = await of(
        api.POST("/v1/fees/periods/{period_id}/issue", {
          params: { path: { period_id: period } },
          body: { school_id: school, scope, ref, seen },
        }),
      );
      stage.value = { at: "job", done: 0, total: 0, isQueued: true };
      followJob(job_id, {
        isWanted: () => mine === turn,
        moved({ state, done, total }) {
          stage.value = { at: "job", done, total, isQueued: state === "queued" };
        },
        ended(job) {
          stage.value =
            job.state === "done"
              ? { at: "done", issued: job.result as unknown as Issued }
              : { at: "failed", error: problemOf(job) };
        },
        lost() {
          stage.value = { at: "idle" };
        },
      });
    },
  };
}
