/** When lessons begin, who is late, and when absence is decided. */

import "./shifts.css";
import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Button, Card, Empty, Loaded, Note } from "../../components/ui";
import { O } from "../../i18n/office";
import { S } from "../../i18n/office_school";
import type { Parameters } from "../../router";
import { type Shift, useClasses, useShifts } from "./lists";
import { OfficePage, pathOf } from "./office";
import { ShiftForm } from "./shift_form";
import { PRESETS, type Preset, shiftWords } from "./shift_words";

type Asked = { what: "add"; preset: Preset } | { what: "change" | "end"; shift: Shift };

export default function Shifts({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useShifts(school);
  const asked = useSignal<Asked | null>(null);
  const close = () => {
    asked.value = null;
  };
  const now = asked.value;
  return (
    <OfficePage school={school} here="ca-hoc" title={S.shifts()}>
      <p class="muted">{S.shiftsLead()}</p>
      <Loaded query={query}>
        {(shifts) => (
          <>
            {shifts.length > 0 && <Unchosen school={school} />}
            {!shifts.length && (
              <Empty icon="clock" title={S.noShifts()}>
                <p>{S.noShiftsHint()}</p>
              </Empty>
            )}
            <ul class="setup-steps">
              {shifts.map((shift) => (
                <li key={shift.id}>
                  <One shift={shift} ask={(next) => (asked.value = next)} />
                </li>
              ))}
            </ul>
            <Add ask={(preset) => (asked.value = { what: "add", preset })} />
          </>
        )}
      </Loaded>
      {now && now.what !== "end" && (
        <ShiftForm
          school={school}
          changed={now.what === "change" ? now.shift : null}
          preset={now.what === "add" ? now.preset : null}
          onClose={close}
          onSaved={() => query.reload()}
        />
      )}
      {now?.what === "end" && (
        <EndShift school={school} shift={now.shift} onClose={close} onDone={() => query.reload()} />
      )}
    </OfficePage>
  );
}

/** Shifts alone do nothing: a class must attend one. */
function Unchosen({ school }: { school: number }) {
  const classes = useClasses(school).data.value;
  if (!classes?.some((each) => !each.shift_ids.length)) return null;
  return (
    <Note tone="late">
      <p>{S.chooseForClasses()}</p>
      <a class="button" href={pathOf(school, "lop")}>
        {S.toClasses()}
      </a>
    </Note>
  );
}

function Add({ ask }: { ask: (preset: Preset) => void }) {
  return (
    <section class="stack">
      <h2>{S.addShift()}</h2>
      <div class="across">
        {PRESETS.map((preset) => (
          <Button key={preset.key} icon="plus" onClick={() => ask(preset)}>
            {S[preset.key]()}
          </Button>
        ))}
      </div>
    </section>
  );
}

function One({ shift, ask }: { shift: Shift; ask: (asked: Asked) => void }) {
  return (
    <Card>
      <h2>{shift.name}</h2>
      <p>{shiftWords(shift)}</p>
      <div class="across">
        <Button onClick={() => ask({ what: "change", shift })}>{O.change()}</Button>
        <Button kind="quiet" onClick={() => ask({ what: "end", shift })}>
          {O.remove()}
        </Button>
      </div>
    </Card>
  );
}

interface EndProps {
  school: number;
  shift: Shift;
  onClose: () => void;
  onDone: () => Promise<void>;
}

function EndShift({ school, shift, onClose, onDone }: EndProps) {
  const path = { school_id: school, shift_id: shift.id };
  return (
    <Confirm
      title={S.endShift(shift.name)}
      action={O.remove()}
      onClose={onClose}
      onYes={async () => {
        await of(api.DELETE("/v1/schools/{school_id}/shifts/{shift_id}", { params: { path } }));
        await onDone();
      }}
    >
      <p>{S.endShiftHint()}</p>
    </Confirm>
  );
}
