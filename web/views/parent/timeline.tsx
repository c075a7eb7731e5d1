/** A pupil's days: states by shift, scans, and what the family said about them. */

import { Icon } from "../../components/icons";
import { Badge, Button, Card } from "../../components/ui";
import { clock, moment } from "../../format";
import { D } from "../../i18n/child";
import { P } from "../../i18n/parent";
import { dayWords } from "./day";
import { type About, type Dispute, kindWords, openOn } from "./disputes";
import { type Correction, isSuspect, isVoid, type Scan, type Shift } from "./standing";
import { shiftTone, shiftWords } from "./state_block";

export interface Day {
  readonly day: string;
  readonly shifts: readonly Shift[];
  readonly scans: readonly Scan[];
  readonly corrections?: readonly Correction[];
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
              onWrong={isOpen || isVoid(scan) ? null : () => onWrong({ day: day.day, scan })}
            />
          ))}
        </ul>
      )}
      {/* A copy that an older version has kept has none. */}
      {(day.corrections ?? []).map((each) => (
        <Corrected key={each.at} correction={each} isNamed={day.shifts.length > 1} />
      ))}
      {said.map((each) => (
        <Said key={each.id} dispute={each} />
      ))}
      {day.scans.every(isVoid) && !isOpen && (
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
    isSuspect(scan) && !isVoid(scan) && D.beingChecked(),
    scan.is_undone && D.undone(),
    scan.verdict === "reject" && D.rejected(),
  ].filter(Boolean);
  const at = clock(scan.occurred_at);
  return (
    <li class="scan">
      <Icon name={isSuspect(scan) ? "search" : scan.direction} />
      <span class="what">
        <span class={isVoid(scan) ? "undone" : ""}>
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

/** Who at the school has set it right, and why. */
function Corrected({ correction, isNamed }: { correction: Correction; isNamed: boolean }) {
  const { state, late_minutes, shift_id, shift_name, by, at, reason } = correction;
  const now = { shift_id, shift_name, state, late_minutes };
  const words = shiftWords({ ...now, arrived_at: null, left_at: null, on_leave: false });
  return (
    <div class="corrected">
      <p class="strong">
        <Icon name="turn" />
        {D.correctedTo(isNamed ? `${shift_name}: ${words}` : words)}
      </p>
      <p>{reason}</p>
      <p class="muted small">{[by, moment(at)].filter(Boolean).join(", ")}</p>
    </div>
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
