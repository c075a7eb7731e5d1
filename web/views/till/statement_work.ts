/** A statement on its way in: checked, then imported, part by part if it is long. */

import { type Signal, signal } from "@preact/signals";
import type { Schemas } from "../../api";
import { isFailure } from "../../failure";
import { M } from "../../i18n/till_money";
import { authorized, refusalOf } from "../../session";

export type Result = Schemas["StatementResult"];

export type Stage =
  | { at: "empty" }
  | { at: "sending"; isDry: boolean }
  | { at: "answered"; isDry: boolean; result: Result }
  | { at: "failed"; error: unknown };

export interface Asked {
  school: number;
  account: string;
  /** "": guessed from the file's headings. */
  profile: string;
}

export async function send(file: File, asked: Asked, isDry: boolean): Promise<Result> {
  const query = new URLSearchParams({
    school_id: `${asked.school}`,
    account_id: asked.account,
    dry_run: `${isDry}`,
  });
  if (asked.profile) query.set("profile", asked.profile);
  const body = new FormData();
  body.set("file", file);
  const response = await authorized(`/v1/fees/statements?${query}`, { method: "POST", body });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as Result;
}

const BANKS: Partial<Record<Result["profile"], string>> = {
  vietcombank: "Vietcombank",
  vietinbank: "VietinBank",
  bidv: "BIDV",
  agribank: "Agribank",
  techcombank: "Techcombank",
  mb: "MB",
  acb: "ACB",
};

export const PROFILES = [...(Object.keys(BANKS) as Result["profile"][]), "general"] as const;

export function profileName(profile: Result["profile"]): string {
  return BANKS[profile] ?? M.stGeneral();
}

/** Long ones are taken in parts: the same file again goes on where it was. */
const MOST_PARTS = 50;

export function makeWork(): {
  stage: Signal<Stage>;
  run(file: File, asked: Asked, isDry: boolean): Promise<void>;
} {
  const stage = signal<Stage>({ at: "empty" });
  return {
    stage,
    async run(file, asked, isDry) {
      stage.value = { at: "sending", isDry };
      try {
        let result = await send(file, asked, isDry);
        for (let n = 1; !isDry && result.sums.left > 0 && n < MOST_PARTS; n++) {
          result = await send(file, asked, isDry);
        }
        stage.value = { at: "answered", isDry, result };
      } catch (error) {
        if (!isFailure(error)) throw error;
        stage.value = { at: "failed", error };
      }
    },
  };
}
