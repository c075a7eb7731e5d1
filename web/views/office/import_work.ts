/**
 * An import in progress. It lives outside of its screen: somebody may look elsewhere meanwhile, and
 * a long one, which the server works on as a job, is found again even after the app was closed.
 */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Schemas } from "../../api";
import { isFailure, SignedOut } from "../../failure";
import { followJob, problemOf } from "../../follow_job";
import { accountId, authorized, refusalOf } from "../../session";
import { type Kind, type Outcome, ofPhotos, ofSheet } from "./import_model";

export type Stage =
  | { at: "empty" }
  | { at: "sending"; isDry: boolean }
  | { at: "job"; isDry: boolean; done: number; total: number; isQueued: boolean }
  | { at: "answered"; isDry: boolean; outcome: Outcome; when: number }
  | { at: "failed"; isDry: boolean; error: unknown }
  /** The file was saved anew since it was chosen: browsers do not read it any more. */
  | { at: "changed" };

export interface Work {
  readonly school: number;
  readonly kind: Kind;
  readonly stage: ReadonlySignal<Stage>;
  /** null after the app was closed: what was checked must be chosen again. */
  readonly file: ReadonlySignal<File | null>;
  readonly fileName: ReadonlySignal<string>;
  readonly createClasses: Signal<boolean>;
  /** Take this file and see at once what it would do. */
  check(file: File): Promise<void>;
  checkAgain(): Promise<void>;
  importNow(): Promise<void>;
  forget(): void;
}

/** What is remembered of a job, so that it is found after a restart. */
interface Kept {
  jobId: string;
  isDry: boolean;
  fileName: string;
  createClasses: boolean;
}

type Answer = Schemas["ImportResult"] & Schemas["PhotosImported"] & Schemas["JobTaken"];

const works = new Map<string, Work>();

/** The one work of a kind in a school, of whoever is logged in. */
export function workOf(school: number, kind: Kind): Work {
  const key = `${accountId.peek()}/${school}/${kind}`;
  let found = works.get(key);
  if (!found) {
    found = makeWork(key, school, kind);
    works.set(key, found);
  }
  return found;
}

function keptAt(place: string): Kept | null {
  const text = localStorage.getItem(place);
  return text ? (JSON.parse(text) as Kept) : null;
}

function makeWork(key: string, school: number, kind: Kind): Work {
  const place = `ct.import.${key}`;
  const kept = keptAt(place);
  const stage = signal<Stage>({ at: "empty" });
  const file = signal<File | null>(null);
  const fileName = signal(kept?.fileName ?? "");
  const createClasses = signal(kept?.createClasses ?? false);
  let turn = 0;

  function answered(isDry: boolean, answer: unknown, when = Date.now()): void {
    const outcome =
      kind === "photos" ? ofPhotos(answer as Answer) : ofSheet(answer as Schemas["ImportResult"]);
    stage.value = { at: "answered", isDry, outcome, when };
  }

  function watch({ jobId, isDry }: Kept): void {
    const mine = ++turn;
    stage.value = { at: "job", isDry, done: 0, total: 0, isQueued: true };
    followJob(jobId, {
      isWanted: () => mine === turn,
      moved({ state, done, total }) {
        stage.value = { at: "job", isDry, done, total, isQueued: state === "queued" };
      },
      ended(job) {
        const when = job.finished_at ? Date.parse(job.finished_at) : Date.now();
        if (job.state === "done") answered(isDry, job.result, when);
        else stage.value = { at: "failed", isDry, error: problemOf(job) };
      },
      lost(error) {
        // Found again by what is kept, once somebody is logged in; or it is over for good.
        if (error instanceof SignedOut) works.delete(key);
        stage.value = { at: "empty" };
      },
    });
  }

  async function send(isDry: boolean): Promise<void> {
    const chosen = file.peek();
    if (!chosen) return;
    const mine = ++turn;
    localStorage.removeItem(place);
    stage.value = { at: "sending", isDry };
    if (!(await isReadable(chosen))) {
      if (mine === turn) stage.value = { at: "changed" };
      return;
    }
    try {
      const response = await post(school, kind, chosen, isDry, createClasses.peek());
      const answer = (await response.json()) as Answer;
      if (mine !== turn) return;
      if (response.status === 202) {
        const job: Kept = {
          jobId: answer.job_id,
          isDry,
          fileName: chosen.name,
          createClasses: createClasses.peek(),
        };
        localStorage.setItem(place, JSON.stringify(job));
        watch(job);
      } else answered(isDry, answer);
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (mine === turn) stage.value = { at: "failed", isDry, error };
    }
  }

  if (kept) watch(kept);
  return {
    school,
    kind,
    stage,
    file,
    fileName,
    createClasses,
    async check(chosen) {
      file.value = chosen;
      fileName.value = chosen.name;
      await send(true);
    },
    checkAgain: () => send(true),
    importNow: () => send(false),
    forget() {
      turn += 1;
      localStorage.removeItem(place);
      file.value = null;
      fileName.value = "";
      stage.value = { at: "empty" };
    },
  };
}

async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function post(
  school: number,
  kind: Kind,
  file: File,
  isDry: boolean,
  createClasses: boolean,
): Promise<Response> {
  const query = new URLSearchParams({ dry_run: `${isDry}` });
  if (kind === "roster") query.set("create_classes", `${createClasses}`);
  const body = new FormData();
  body.set("file", file);
  const path = `/v1/schools/${school}/imports/${kind}?${query}`;
  const response = await authorized(path, { method: "POST", body });
  if (!response.ok) throw await refusalOf(response);
  return response;
}
