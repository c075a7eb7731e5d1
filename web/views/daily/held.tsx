/** Who was missing at each cut-off: told, or held until the principal decides. */

import { useSignal } from "@preact/signals";
import { Empty, Loaded, Note } from "../../components/ui";
import { schoolDay } from "../../format";
import { D } from "../../i18n/daily";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { usePolling } from "../classes/polling";
import { absencesOf } from "./day";
import { DayPicker } from "./day_picker";
import { DailyPage } from "./frame";
import { HeldRun } from "./held_run";

const EVERY_MS = 30_000;

export default function Held({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const day = useSignal(schoolDay());
  return (
    <DailyPage school={school} here="tin-vang" title={D.heldTitle()}>
      <DayPicker day={day} />
      <Day key={day.value} school={school} day={day.value} />
    </DailyPage>
  );
}

function Day({ school, day }: { school: number; day: string }) {
  // Whose child is missing is not kept on a phone.
  const query = useQuery(`tin-vang/${school}/${day}`, () => absencesOf(school, day), {
    keeps: false,
  });
  usePolling(query, EVERY_MS);
  const said = useSignal("");
  return (
    <>
      {said.value && <Note tone="good">{said.value}</Note>}
      <Loaded query={query}>
        {({ runs, cases }) =>
          runs.length === 0 ? (
            <NoRun isToday={day === schoolDay()} />
          ) : (
            runs.map((run) => (
              <HeldRun
                key={run.shift_id}
                school={school}
                day={day}
                run={run}
                cases={cases.filter((each) => each.shift_id === run.shift_id)}
                onDecided={async (words) => {
                  said.value = words;
                  await query.reload();
                }}
              />
            ))
          )
        }
      </Loaded>
    </>
  );
}

function NoRun({ isToday }: { isToday: boolean }) {
  return (
    <Empty icon="clock" title={isToday ? D.noRun() : D.noRunPast()}>
      {isToday && <p>{D.noRunHint()}</p>}
    </Empty>
  );
}
