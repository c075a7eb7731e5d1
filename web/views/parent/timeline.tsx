/** A pupil's days: states by shift, scans, and what the family said about them. */

import { Icon } from "../../components/icons";
import { Badge, Button, Card } from "../../components/ui";
import { clock } from "../../format";
import { D } from "../../i18n/child";
import { P } from "../../i18n/parent";
import { dayWords } from "./day";
import type { About } from "./dispute_form";
import { kindWords } from "./dispute_form";
import { type Dispute, openOn } from "./disputes";
import { isSuspect, type Scan, type Shift } from "./standing";
import { shiftTone, shiftWords } from "./state_block";

export interface Day {
  readonly day: string;
  readonly shifts: readonly Shift[];
  readonly scans: readonly Scan[];
}

interface Props {
  day: Day;
  disputes: readonly Dispute[];
  onWrong: (about: About) => void;
}

export function DayCard({ day, disputes, onWrong }: Props) {
  return (
    <li>
      <Card>
        <div class="day-head">
          <h3>{dayWords(day.day)}</h3>
          {day.shifts.map((shift) => (
            <Badge key={shift.shift_id} tone={shiftTone(shift)}>
              {day.shifts.length > 1 && `${shift.shift_name}: `}
              {shiftWords(shift)}
            </Badge>
          ))}
        </div>
        <DayDetails day={day} disputes={disputes} onWrong={onWrong} />
      </Card>
    </li>
  );
}

/** The scans, what was said about the day, and the way to say more. */
export function DayDetails({ day, disputes, onWrong }: Props) {
  const said = disputes.filter((each) => each.day === day.day);
  const isOpen = openOn(disputes, day.day);
  return (
    <>
      {day.scans.length > 0 && (
        <ul class="scans">
          {day.scans.map((scan) => (
            <ScanLine
              key={scan.id}
              scan={scan}
              onWrong={isOpen || scan.is_undone ? null : () => onWrong({ day: day.day, scan })}
            />
          ))}
        </ul>
      )}
      {said.map((each) => (
        <Said key={each.id} dispute={each} />
      ))}
      {day.scans.every((scan) => scan.is_undone) && !isOpen && (
        <Button
          kind="quiet"
          icon="flag"
          class="start"
          onClick={() => onWrong({ day: day.day, scan: null })}
        >
          {D.wrong()}
        </Button>
      )}
    </>
  );
}

function ScanLine({ scan, onWrong }: { scan: Scan; onWrong: (() => void) | null }) {
  const way = scan.direction === "in" ? D.scanIn() : D.scanOut();
  const marks = [
    scan.source === "mark" && P.byHand(),
    scan.source === "phone_code" && D.byPhone(),
    isSuspect(scan) && !scan.is_undone && D.beingChecked(),
    scan.is_undone && D.undone(),
  ].filter(Boolean);
  const at = clock(scan.occurred_at);
  return (
    <li class="scan">
      <Icon name={isSuspect(scan) ? "search" : scan.direction} />
      <span class="what">
        <span class={scan.is_undone ? "undone" : ""}>
          <span class="time">{at}</span> {way}
        </span>
        <span class="muted small place">
          {[scan.station_name, ...marks].filter(Boolean).join(" · ")}
        </span>
      </span>
      {onWrong && (
        <Button
          kind="quiet"
          icon="flag"
          aria-label={D.wrongOf(`${way} ${at}`)}
          title={D.wrong()}
          onClick={onWrong}
        />
      )}
    </li>
  );
}

function Said({ dispute }: { dispute: Dispute }) {
  const { state, message, answered_by: by } = dispute;
  return (
    <div class={`dispute ${state}`}>
      <p>
        <span class="muted">{D.asked()}: </span>
        {[kindWords(dispute.kind), dispute.note].filter(Boolean).join(". ")}
      </p>
      <p class="answer">
        {state === "open" ? D.waitsAnswer() : state === "upheld" ? D.upheld() : D.declined()}
      </p>
      {message && (
        <p>
          {message}
          {by && <span class="muted"> — {by}</span>}
        </p>
      )}
    </div>
  );
}
