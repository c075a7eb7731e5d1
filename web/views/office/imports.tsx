/** Which files a school can bring: one card each. */

import { Icon } from "../../components/icons";
import { I } from "../../i18n/office_import";
import type { Parameters } from "../../router";
import { KINDS, type Kind, SLUGS } from "./import_model";
import { NAMES, RunningImports } from "./import_running";
import { OfficePage, pathOf } from "./office";

export const WHAT: Record<Kind, () => string> = {
  roster: I.rosterWhat,
  staff: I.staffWhat,
  calendar: I.calendarWhat,
  timetable: I.timetableWhat,
  photos: I.photosWhat,
};

export default function Imports({ params }: { params: Parameters }) {
  const school = Number(params.school);
  return (
    <OfficePage school={school} here="nhap" title={I.title()}>
      <RunningImports school={school} />
      <p class="muted">{I.lead()}</p>
      <ul class="setup-steps">
        {KINDS.map((kind) => (
          <li key={kind}>
            <a class="setup-step" href={pathOf(school, "nhap", SLUGS[kind])}>
              <Icon name={kind === "photos" ? "person" : "file"} />
              <span class="setup-words">
                <strong>{NAMES[kind]()}</strong>
                <span class="muted">{WHAT[kind]()}</span>
              </span>
              <Icon name="next" class="go" />
            </a>
          </li>
        ))}
      </ul>
    </OfficePage>
  );
}
