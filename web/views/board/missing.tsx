/** One class: the names of who has not been scanned, and of who came late. */

import { useEffect } from "preact/hooks";
import { all, api, type Schemas } from "../../api";
import { Avatar, Button, Dialog, Loaded } from "../../components/ui";
import { clock, count } from "../../format";
import { B } from "../../i18n/board";
import { C } from "../../i18n/common";
import { useQuery } from "../../query";
import type { ClassCounts } from "./watch";

type Pupil = Schemas["RegisterRow"];

interface MissingProps {
  schoolId: number;
  day: string;
  row: ClassCounts;
  onClose: () => void;
}

export function Missing({ schoolId, day, row, onClose }: MissingProps) {
  const query = useQuery(
    `board/${schoolId}/${day}/${row.class_id}`,
    () =>
      all<Pupil>((cursor) =>
        api.GET("/v1/schools/{school_id}/attendance/{day}", {
          params: {
            path: { school_id: schoolId, day },
            query: { class_id: row.class_id, limit: 100, cursor },
          },
        }),
      ),
    { keeps: false },
  );
  // The board moved under the open list.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the numbers stand for the names
  useEffect(() => {
    if (query.at.peek() !== null) void query.reload();
  }, [query, row.arrived, row.late, row.missing]);
  return (
    <Dialog title={B.dialog(row.name)} onClose={onClose}>
      <Loaded query={query}>{(pupils) => <Names pupils={pupils} shiftId={row.shift_id} />}</Loaded>
      <a class="button" href={`/lop/${schoolId}/${row.class_id}`}>
        {B.classList()}
      </a>
      <Button onClick={onClose}>{C.close()}</Button>
    </Dialog>
  );
}

function Names({ pupils, shiftId }: { pupils: readonly Pupil[]; shiftId: string }) {
  const stateOf = (pupil: Pupil) => pupil.shifts.find((shift) => shift.shift_id === shiftId);
  const missing = pupils.filter((pupil) => stateOf(pupil)?.state === "not_scanned");
  const late = pupils.filter((pupil) => (stateOf(pupil)?.late_minutes ?? 0) > 0);
  return (
    <div class="stack" aria-live="polite">
      {missing.length === 0 && <p>{B.nobodyMissing()}</p>}
      {missing.length > 0 && (
        <section>
          <h3>{B.whoMissing(count(missing.length))}</h3>
          <ul class="plain-list">
            {missing.map((pupil) => (
              <Name key={pupil.student_id} pupil={pupil} />
            ))}
          </ul>
        </section>
      )}
      {late.length > 0 && (
        <section>
          <h3>{B.whoLate(count(late.length))}</h3>
          <ul class="plain-list">
            {late.map((pupil) => {
              const state = stateOf(pupil);
              const at = state?.arrived_at ? clock(state.arrived_at) : "";
              const words = B.lateBy(at, state?.late_minutes ?? 0);
              return <Name key={pupil.student_id} pupil={pupil} words={words} />;
            })}
          </ul>
        </section>
      )}
    </div>
  );
}

function Name({ pupil, words }: { pupil: Pupil; words?: string }) {
  return (
    <li class="row">
      <Avatar name={pupil.name} url={pupil.photo_url ?? null} />
      <span class="grow">
        <span>{pupil.name}</span>
        {words && <span class="muted small">{words}</span>}
      </span>
    </li>
  );
}
