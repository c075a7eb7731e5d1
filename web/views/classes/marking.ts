/** A pupil noted by name: what is sent, and what its answer means. */

import { api, of, type Schemas } from "../../api";
import { bestPlace } from "../../best_place";
import { clock } from "../../format";
import { L } from "../../i18n/classes";
import { uuid7 } from "../../ids";
import type { Tone } from "./words";

export type Mark = Schemas["Mark"];
export type Marked = Schemas["ScanResult"];

export const LEAST_REASON = 3;
/** So long the server takes a scan back. */
export const UNDO_MS = 60_000;

/** What somebody is about to note. */
export interface Draft {
  direction: Mark["direction"];
  stationId: string;
  reason: string;
}

const PLACE_MS = 5000;

/** Made once: sent again after a lost answer it is the same mark, not a second one. */
export async function makeMark(studentId: string, draft: Draft): Promise<Mark> {
  return {
    event_id: uuid7(),
    student_id: studentId,
    direction: draft.direction,
    station_id: draft.stationId,
    reason: draft.reason.trim(),
    location: await bestPlace(PLACE_MS),
  };
}

/** Throws a `Failure`. */
export async function sendMark(mark: Mark): Promise<Marked> {
  return await of(api.POST("/v1/attendance/marks", { body: mark }));
}

/** Throws a `Failure`. */
export async function takeBack(mark: Mark): Promise<void> {
  const path = { event_id: mark.event_id };
  await of(api.POST("/v1/attendance/scans/{event_id}/undo", { params: { path } }));
}

const RECORDED: ReadonlySet<Marked["outcome"]> = new Set<Marked["outcome"]>([
  "ok",
  "late",
  "pending_review",
  "geo_uncertain",
  "clock_suspect",
  "clone_suspect",
  "impossible_travel",
]);

export function isRecorded(marked: Marked): boolean {
  return RECORDED.has(marked.outcome);
}

export function wordsOfMark(mark: Mark, marked: Marked): { tone: Tone; words: string } {
  switch (marked.outcome) {
    case "ok":
    case "late": {
      const at = clock(marked.recorded_at ?? Date.now());
      return { tone: "good", words: mark.direction === "in" ? L.markedIn(at) : L.markedOut(at) };
    }
    case "duplicate":
      return { tone: "wait", words: L.markedBefore() };
    case "geo_outside":
      return { tone: "bad", words: L.markOutside() };
    case "need_better_fix":
      return { tone: "bad", words: L.markPlace() };
    case "not_enrolled":
      return { tone: "bad", words: L.markGone() };
    case "forbidden":
    case "device_revoked":
    case "mock_suspect":
    case "wrong_school":
      return { tone: "bad", words: L.markForbidden() };
    default:
      return isRecorded(marked)
        ? { tone: "wait", words: L.markedReview() }
        : { tone: "bad", words: L.markFailed() };
  }
}
