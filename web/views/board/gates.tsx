/** The gates: how much goes through, what is refused, and which phones are behind. */

import type { Schemas } from "../../api";
import { Badge, Card } from "../../components/ui";
import { clock, count } from "../../format";
import { B, OUTCOMES } from "../../i18n/board";
import type { Gate } from "./watch";

type Phone = Schemas["GatePhone"];

export function Gates({ gates }: { gates: readonly Gate[] }) {
  return (
    <Card aria-labelledby="board-gates">
      <h2 id="board-gates">{B.gates()}</h2>
      {gates.length === 0 && <p class="muted">{B.noGates()}</p>}
      <ul class="plain-list board-gates">
        {gates.map((gate) => (
          <li key={gate.station_id}>
            <OneGate gate={gate} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function OneGate({ gate }: { gate: Gate }) {
  const named = gate.outcomes.filter((each) => each.outcome in OUTCOMES);
  return (
    <div class="board-gate">
      <div class="across">
        <h3>{gate.name}</h3>
        <span>{B.scans(count(gate.scans))}</span>
        {gate.last_minute > 0 && <Badge tone="good">{B.perMinute(count(gate.last_minute))}</Badge>}
      </div>
      {gate.phones.length === 0 && <p class="muted small">{B.noPhones()}</p>}
      <ul class="plain-list">
        {gate.phones.map((phone) => (
          <li key={phone.device_id} class="board-phone">
            <OnePhone phone={phone} />
          </li>
        ))}
      </ul>
      {named.length > 0 && (
        <details>
          <summary>{B.notTaken()}</summary>
          <ul class="board-outcomes">
            {named.map((each) => (
              <li key={each.outcome}>
                <span>{wordsOf(each.outcome)}</span>
                <span class="number">{count(each.count)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function wordsOf(outcome: string): string {
  return OUTCOMES[outcome as keyof typeof OUTCOMES]();
}

function OnePhone({ phone }: { phone: Phone }) {
  const at = clock(phone.beat_at);
  return (
    <>
      <span class="grow">
        <span class="strong">{phone.person_name ?? phone.device_name}</span>
        {phone.person_name && <span class="muted small">{phone.device_name}</span>}
        <span class="small">
          {phone.closed_at
            ? B.phoneClosed(clock(phone.closed_at))
            : phone.is_silent
              ? B.phoneSilent(at)
              : B.phoneOn(at)}
        </span>
      </span>
      {phone.pending > 0 && <Badge tone="late">{B.phonePending(count(phone.pending))}</Badge>}
      {phone.is_silent && (
        <span aria-hidden="true">
          <Badge tone="bad">!</Badge>
        </span>
      )}
    </>
  );
}
