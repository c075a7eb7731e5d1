/** Requests for leave as the API has them. */

import { useEffect } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { isFailure } from "../../failure";
import { V } from "../../i18n/leave";
import type { Draft } from "../../leave";
import { onItem, onReset } from "../../live";
import { smaller } from "../../picture";
import { type Query, useQuery } from "../../query";
import { authorized, refusalOf } from "../../session";

export type LeaveRequest = Schemas["LeaveRequest"];

/** Whom leave is asked for. */
export type Asker =
  | { readonly kind: "student"; readonly studentId: string }
  | { readonly kind: "staff"; readonly schoolId: number; readonly personId: string };

const MOST = 50;

/** The department does not read whose child it is. */
export const whoOf = (request: LeaveRequest): string => request.person_name || V.aPupil();

function personOf(asker: Asker) {
  return asker.kind === "student" ? { student_id: asker.studentId } : { school_id: asker.schoolId };
}

/** What was asked for this person, the newest first. */
export function useRequests(asker: Asker): Query<LeaveRequest[]> {
  const [id, query] =
    asker.kind === "student"
      ? [asker.studentId, { student_id: asker.studentId, limit: MOST }]
      : [asker.personId, { school_id: asker.schoolId, kind: "staff" as const, limit: MOST }];
  const found = useQuery(`don/${id}`, async () => {
    const { items } = await of(api.GET("/v1/leave-requests", { params: { query } }));
    // The principal reads those of all staff.
    return items.filter((each) => each.person_id === id);
  });
  useEffect(() => {
    const again = () => void found.reload();
    const stops = [
      onItem((item) => item.kind === "leave_decided" && again()),
      onReset((seq) => seq === null && again()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [found]);
  return found;
}

/** As it stands now, without asking for all of it again, unless days of it became another's. */
export function put(query: Query<LeaveRequest[]>, after: LeaveRequest): void {
  const known = query.data.peek() ?? [];
  const before = known.find((each) => each.id === after.id);
  query.data.value = known.map((each) => (each.id === after.id ? after : each));
  if (before && before.from_day !== after.from_day) void query.reload();
}

interface Sent {
  request: LeaveRequest;
  /** The picture that did not go with it. */
  unsent: File | null;
}

/** `key` marks the attempt: sent twice it is one request. Throws a `Failure`: nothing was asked. */
export async function sendLeave(
  asker: Asker,
  draft: Draft,
  file: File | null,
  key: string,
): Promise<Sent> {
  const body = {
    ...personOf(asker),
    from_day: draft.from,
    to_day: draft.to,
    part: draft.part,
    exit_at: draft.part === "early_exit" ? `${draft.exitAt}:00` : null,
    reason: draft.reason.trim(),
  };
  const header = { "Idempotency-Key": key };
  const request = await of(api.POST("/v1/leave-requests", { params: { header }, body }));
  if (!file) return { request, unsent: null };
  try {
    return { request: await sendPaper(request.id, file), unsent: null };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { request, unsent: file };
  }
}

export async function sendPaper(requestId: string, file: File): Promise<LeaveRequest> {
  const body = await smaller(file);
  const headers = { "Content-Type": body.type };
  const path = `/v1/leave-requests/${requestId}/paper`;
  const response = await authorized(path, { method: "PUT", body, headers });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as LeaveRequest;
}

/** The picture as a local address, which whoever shows it gives back. */
export async function loadPaper(requestId: string): Promise<string> {
  const response = await authorized(`/v1/leave-requests/${requestId}/paper`);
  if (!response.ok) throw await refusalOf(response);
  return URL.createObjectURL(await response.blob());
}
