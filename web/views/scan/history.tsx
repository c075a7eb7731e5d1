/** The last scans, each with what became of it. */

import { Icon } from "../../components/icons";
import { clockWithSeconds } from "../../format";
import { C } from "../../i18n/common";
import { S } from "../../i18n/scan";
import { type Entry, type Gate, wordsOfEntry } from "./gate";

export function History({ gate }: { gate: Gate }) {
  const entries = gate.entries.value;
  return (
    <section class="history" aria-labelledby="scan-history">
      <header class="across">
        <h2 id="scan-history" class="grow">
          {S.history()}
        </h2>
        <span class="muted">{S.session(gate.counted.value)}</span>
      </header>
      {entries.length ? (
        <ol class="plain-list">
          {entries.map((entry) => (
            <Line key={entry.id} entry={entry} />
          ))}
        </ol>
      ) : (
        <p class="muted">{S.historyEmpty()}</p>
      )}
    </section>
  );
}

function Line({ entry }: { entry: Entry }) {
  const words = wordsOfEntry(entry);
  return (
    <li class="line">
      <span class={`dot ${words.tone}`}>
        <Icon name={words.icon} />
      </span>
      <span class="grow">
        <strong>{entry.name ?? S.unknownCard()}</strong>
        <span class="muted">
          {entry.className ? `${entry.className} · ` : ""}
          {words.title}
        </span>
      </span>
      <span class="muted line-time">
        {entry.direction === "in" ? C.directionIn() : C.directionOut()}
        <br />
        {clockWithSeconds(entry.madeAt)}
      </span>
    </li>
  );
}
