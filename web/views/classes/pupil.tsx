/** One pupil of the class: today's scans, and noting the pupil by hand. */

import { Avatar, Badge, Dialog } from "../../components/ui";
import { L } from "../../i18n/classes";
import { MarkByHand } from "./mark_form";
import { isSuspect, type Pupil, type ShiftState } from "./register";
import { scanWords, stateWords, toneOf } from "./words";

interface Props {
  pupil: Pupil;
  state: ShiftState | null;
  schoolId: number;
  /** Something was recorded: the list is to be loaded again. */
  onMarked: () => Promise<void>;
  onClose: () => void;
}

export function PupilDialog({ pupil, state, schoolId, onMarked, onClose }: Props) {
  return (
    <Dialog title={pupil.name} onClose={onClose}>
      <div class="across">
        <Avatar name={pupil.name} url={pupil.photo_url} />
        {state && <Badge tone={toneOf(state.state)}>{stateWords(state)}</Badge>}
      </div>
      <Scans pupil={pupil} />
      <MarkByHand pupil={pupil} schoolId={schoolId} onMarked={onMarked} onClose={onClose} />
    </Dialog>
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
            {scan.is_undone ? <s class="muted">{scanWords(scan)}</s> : scanWords(scan)}
            {scan.is_undone && <span class="muted">({L.undone()})</span>}
            {isSuspect(scan) && <Badge tone="late">{L.beingChecked()}</Badge>}
          </li>
        ))}
      </ul>
    </section>
  );
}
