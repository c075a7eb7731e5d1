/** The classes: cards on a phone, a table at a desk; each opens who is missing. */

import { useSignal } from "@preact/signals";
import { Icon } from "../../components/icons";
import { Badge, Card } from "../../components/ui";
import { count } from "../../format";
import { B } from "../../i18n/board";
import { useMedia } from "./media";
import type { ClassCounts } from "./watch";

interface ClassesProps {
  rows: readonly ClassCounts[];
  onOpen: (classId: string) => void;
}

export function Classes({ rows, onOpen }: ClassesProps) {
  const byMissing = useSignal(false);
  const isWide = useMedia("(min-width: 60rem)");
  const ordered = byMissing.value ? [...rows].sort((a, b) => b.missing - a.missing) : rows;
  return (
    <Card class="board-classes" aria-labelledby="board-classes">
      <header class="across">
        <h2 id="board-classes" class="grow">
          {B.classes()}
        </h2>
        <label class="board-order">
          <span class="sr-only">{B.order()}</span>
          <select
            class="input"
            value={String(byMissing.value)}
            onChange={(event) => (byMissing.value = event.currentTarget.value === "true")}
          >
            <option value="false">{B.byName()}</option>
            <option value="true">{B.byMissing()}</option>
          </select>
        </label>
      </header>
      {isWide.value ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys too
        <section class="scroll-x" data-scrolls tabIndex={0} aria-label={B.classes()}>
          <Table rows={ordered} onOpen={onOpen} />
        </section>
      ) : (
        <List rows={ordered} onOpen={onOpen} />
      )}
    </Card>
  );
}

function List({ rows, onOpen }: ClassesProps) {
  return (
    <ul class="plain-list">
      {rows.map((row) => (
        <li key={row.class_id}>
          <button type="button" class="row" onClick={() => onOpen(row.class_id)}>
            <span class="grow">
              <span class="across">
                <strong>{row.name}</strong>
                <span>{B.share(count(row.arrived), count(row.enrolled))}</span>
                <Marks row={row} />
              </span>
              <Bar row={row} />
            </span>
            <Icon name="next" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Marks({ row }: { row: ClassCounts }) {
  return (
    <>
      {row.late > 0 && <Badge tone="late">{B.lateCount(count(row.late))}</Badge>}
      {row.missing > 0 ? (
        <Badge tone="wait">{B.missingCount(count(row.missing))}</Badge>
      ) : (
        <Badge tone="good">{B.allHere()}</Badge>
      )}
    </>
  );
}

function Table({ rows, onOpen }: ClassesProps) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{B.className()}</th>
          <th scope="col" class="number">
            {B.enrolled()}
          </th>
          <th scope="col" class="number">
            {B.arrived()}
          </th>
          <th scope="col" class="number">
            {B.late()}
          </th>
          <th scope="col" class="number">
            {B.missing()}
          </th>
          <th scope="col">
            <span class="sr-only">{B.openClass("")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.class_id}>
            <th scope="row">{row.name}</th>
            <td class="number">{count(row.enrolled)}</td>
            <td class="number">{count(row.arrived)}</td>
            <td class={row.late ? "number board-late" : "number muted"}>{count(row.late)}</td>
            <td class={row.missing ? "number strong" : "number muted"}>{count(row.missing)}</td>
            <td class="board-cell">
              <button
                type="button"
                class="board-open"
                aria-label={B.openClass(row.name)}
                onClick={() => onOpen(row.class_id)}
              >
                <Bar row={row} />
                <Icon name="next" />
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** In time, late, missing side by side; the numbers beside it say the same. */
function Bar({ row }: { row: ClassCounts }) {
  const parts = [
    { kind: "in-time", pupils: row.arrived - row.late },
    { kind: "was-late", pupils: row.late },
    { kind: "is-missing", pupils: row.missing },
  ].filter((part) => part.pupils > 0);
  return (
    <span class="board-bar" aria-hidden="true">
      {parts.map(({ kind, pupils }) => (
        <span key={kind} class={kind} style={{ flexGrow: pupils }} />
      ))}
    </span>
  );
}
