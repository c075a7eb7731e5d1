/** Imports that go on while somebody looks elsewhere. */

import { Progress } from "../../components/progress";
import { Note } from "../../components/ui";
import { O } from "../../i18n/office";
import { I } from "../../i18n/office_import";
import { KINDS, type Kind, SLUGS } from "./import_model";
import { type Work, workOf } from "./import_work";
import { pathOf } from "./office";

export const NAMES: Record<Kind, () => string> = {
  roster: I.roster,
  staff: I.staff,
  calendar: I.calendar,
  timetable: I.timetable,
  photos: I.photos,
};

export function RunningImports({ school }: { school: number }) {
  return (
    <>
      {KINDS.map((kind) => (
        <Running key={kind} work={workOf(school, kind)} />
      ))}
    </>
  );
}

function Running({ work }: { work: Work }) {
  const stage = work.stage.value;
  if (stage.at !== "job") return null;
  const name = NAMES[work.kind]();
  return (
    <Note tone="wait">
      <strong>{O.importRunning(name.toLowerCase())}</strong>
      <Progress done={stage.done} total={stage.total} label={name} />
      <a class="button" href={pathOf(work.school, "nhap", SLUGS[work.kind])}>
        {I.running()}
      </a>
    </Note>
  );
}
