/** What can go wrong with a request, in the user's words. */

import { C } from "./i18n/common";

export interface FieldFault {
  field: string;
  message: string;
}

/** The server's problem+json (RFC 9457); its words are in the user's language already. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly FieldFault[],
  ) {
    super(`${status} ${type}`);
  }

  /** For a person: what happened and what to do. */
  get words(): string {
    const faults = this.errors.map((fault) => fault.message);
    return [this.title, this.detail, ...faults].filter(Boolean).join(". ").replaceAll("..", ".");
  }
}

/** The network did not carry it there or back: whether it arrived is unknown. */
export class Unreached extends Error {}

/** The session is over; the app shows the login. */
export class SignedOut extends Error {}

export type Failure = Refusal | Unreached | SignedOut;

/** What was asked for is not the caller's to see, or not any more; nor is a copy of it. */
export function isNoMore(error: unknown): boolean {
  return error instanceof Refusal && (error.status === 403 || error.status === 404);
}

export function isFailure(error: unknown): error is Failure {
  return error instanceof Refusal || error instanceof Unreached || error instanceof SignedOut;
}

/** One sentence for the screen; what is no failure of a request is our own bug and goes on up. */
export function wordsOf(error: unknown): string {
  if (error instanceof Refusal) return error.status >= 500 ? C.serverAway() : error.words;
  if (error instanceof Unreached) return navigator.onLine ? C.serverAway() : C.offlineHint();
  if (error instanceof SignedOut) return C.signedOut();
  throw error;
}
