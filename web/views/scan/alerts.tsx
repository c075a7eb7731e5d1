/** Scans that were refused after their child had gone on: they stay until somebody has seen them. */

import { Icon } from "../../components/icons";
import { Button } from "../../components/ui";
import { moment } from "../../format";
import { S } from "../../i18n/scan";
import { NOT_UNDONE } from "../../outbox";
import { outbox, rows } from "../../scans";
import type { QueuedScan } from "../../store";
import { wordsOfOutcome } from "./words";

export function Alerts() {
  const refused = rows.value.filter((row) => row.refused !== null);
  if (!refused.length) return null;
  return (
    <section class="alerts" role="alert" aria-label={S.alerts()}>
      <h2>
        <Icon name="warn" />
        {S.alerts()} ({refused.length})
      </h2>
      <p>{S.alertsHint()}</p>
      <ul class="plain-list">
        {refused.map((row) => (
          <Alert key={row.event_id} row={row} />
        ))}
      </ul>
    </section>
  );
}

function Alert({ row }: { row: QueuedScan }) {
  const { outcome = "", name, class_name } = row.refused ?? {};
  const said = wordsOfOutcome(outcome);
  const isUnsent = outcome.startsWith("unreadable");
  return (
    <li class="alert">
      <p class="strong">
        {name ?? S.unknownCard()}
        {class_name ? ` · ${class_name}` : ""} · {moment(row.made_at)}
      </p>
      <p>
        <strong>{said.title}.</strong>
        {/* To scan again is too late: the child has gone on. */}
        {(isUnsent || outcome === NOT_UNDONE) && ` ${said.hint}`}
      </p>
      <div class="across">
        {isUnsent && (
          <Button icon="turn" onClick={() => void outbox()?.tryAgain(row.event_id)}>
            {S.again()}
          </Button>
        )}
        <Button icon="check" onClick={() => void outbox()?.acknowledge(row.event_id)}>
          {S.seen()}
        </Button>
      </div>
    </li>
  );
}
