import type { Schemas } from "../api";

/** A record, so that an outcome which the server learns is missing here by the type check. */
const EVERY: Record<Schemas["ScanResult"]["outcome"], true> = {
  ok: true,
  late: true,
  pending_review: true,
  geo_uncertain: true,
  clock_suspect: true,
  clone_suspect: true,
  impossible_travel: true,
  duplicate: true,
  invalid: true,
  geo_outside: true,
  need_better_fix: true,
  mock_suspect: true,
  code_expired: true,
  code_future: true,
  bad_mac: true,
  unknown_key: true,
  card_revoked: true,
  wrong_school: true,
  not_enrolled: true,
  forbidden: true,
  device_unbound: true,
  device_revoked: true,
  stale_event: true,
  conflict: true,
};

/** Recorded ones first, then the repeat, then the refused. */
export const OUTCOMES = Object.keys(EVERY) as Schemas["ScanResult"]["outcome"][];
