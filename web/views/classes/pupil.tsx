/** One pupil of the class: today's scans, noting the pupil by hand, setting the state right. */

import { useSignal } from "@preact/signals";
import { Avatar, Badge, Button, Dialog } from "../../components/ui";
import { L } from "../../i18n/classes";
import { CorrectState } from "./correct_form";
import { MarkByHand } from "./mark_form";
import { isSuspect, isVoid, type Pupil, type ShiftState } from "./register";
import { scanWords, stateWords, toneOf } from "./words";

interface Props {
  pupil: Pupil;
  state: ShiftState | null;
  schoolId: number;
  /** YYYY-MM-DD */
  day: string;
  /** Whether the caller may set the state right. */
  corrects: boolean;
  /** Something was recorded: the list is to be loaded again. */
  onMarked: () => Promise<void>;
  onClose: () => void;
}

export function PupilDialog({ pupil, state, schoolId, day, corrects, onMarked, onClose }: Props) {
  const isCorrecting = useSignal(false);
  return (
    <Dialog title={pupil.name} onClose={onClose}>
      <div class="across">
        <Avatar name={pupil.name} url={pupil.photo_url} />
        {state && <Badge tone={toneOf(state.state)}>{stateWords(state)}</Badge>}
      </div>
      <Corrected state={state} />
      <Scans pupil={pupil} />
      {corrects && pupil.shifts.length > 0 && (
        <fieldset class="segments">
          <legend class="sr-only">{L.whatToDo()}</legend>
          {[false, true].map((each) => (
            <Button
              key={String(each)}
              aria-pressed={isCorrecting.value === each}
              onClick={() => {
                isCorrecting.value = each;
              }}
            >
              {each ? L.correctTitle() : L.markTitle()}
            </Button>
          ))}
        </fieldset>
      )}
      {isCorrecting.value ? (
        <CorrectState
          studentId={pupil.student_id}
          day={day}
          shifts={pupil.shifts}
          first={state}
          onCorrected={onMarked}
          onClose={onClose}
        />
      ) : (
        <MarkByHand pupil={pupil} schoolId={schoolId} onMarked={onMarked} onClose={onClose} />
      )}
    </Dialog>
  );
}

/** Whoever leads the class reads who has set the state, and why. */
function Corrected({ state }: { state: ShiftState | null }) {
  if (state?.correction_reason === undefined) return null;
  return (
    <p>
      {L.correctedBy(state.corrected_by ?? L.somebodyGone())}: <q>{state.correction_reason}</q>
    </p>
  );
}

function Scans({ pupil }: { pupil: Pupil }) {
  if (pupil.scans.length === 0) return <p class="muted">{L.noScans()}</p>;
  return (
    <section class="stack tight" aria-label={L.scansToday()}>
      <h3>{L.scansToday()}</h3>
      <ul class="plain-list">
        {pupil.scans.map((scan) => (
          <li key={scan.id} class="across">
            {isVoid(scan) ? <s class="muted">{scanWords(scan)}</s> : scanWords(scan)}
            {scan.is_undone && <span class="muted">({L.undone()})</span>}
            {isSuspect(scan) && <Badge tone="late">{L.beingChecked()}</Badge>}
          </li>
        ))}
      </ul>
    </section>
  );
}
