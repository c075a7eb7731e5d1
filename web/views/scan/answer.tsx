/** The band: one look says whether the child may go on. */

import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../components/icons";
import { Avatar } from "../../components/ui";
import { clock } from "../../format";
import { C } from "../../i18n/common";
import { S } from "../../i18n/scan";
import { now, online } from "../../now";
import { isFine } from "../../outbox";
import { type Entry, type Gate, type PickUp, wordsOfEntry } from "./gate";
import { relationName, type Words } from "./words";

/** A green that stands for long would be taken for the next child's. */
const FADES_MS = 9000;

/** Whether the band has done its work; what asks for a deed stays until the next card. */
function isOver(entry: Entry, at: number): boolean {
  if (entry.pickups !== null) return false;
  const isDone = entry.state === "undone" || isFine(entry.result?.outcome ?? "");
  return isDone && at - entry.madeAt > FADES_MS;
}

export function Answer({ gate }: { gate: Gate }) {
  const entry = gate.current.value;
  const notice = gate.notice.value;
  const isShown = entry !== null && !isOver(entry, now.value);
  const words = notice ?? (isShown ? wordsOfEntry(entry) : null);
  return (
    <div
      class={`answer ${words?.tone ?? "idle"}`}
      role="status"
      aria-live="assertive"
      aria-atomic="true"
    >
      {words ? <Said words={words} entry={notice ? null : entry} /> : <p class="idle">{S.aim()}</p>}
    </div>
  );
}

function Said({ words, entry }: { words: Words; entry: Entry | null }) {
  const top = useRef<HTMLParagraphElement>(null);
  const id = entry?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each scan begins at the band's top
  useEffect(() => top.current?.parentElement?.scrollTo(0, 0), [id]);
  return (
    <>
      <p class="answer-title" ref={top}>
        <Icon name={words.icon} class="sign" />
        <span>{words.title}</span>
      </p>
      {entry && (
        <div class="answer-who">
          {entry.name && (
            <Avatar big name={entry.name} url={online.value ? entry.photoUrl : null} />
          )}
          <p>
            <span class="answer-name">{entry.name ?? S.unknownCard()}</span>
            <span>
              {entry.className && <strong>{entry.className} · </strong>}
              {entry.direction === "in" ? C.directionIn() : C.directionOut()}{" "}
              {clock(entry.result?.recorded_at ?? entry.madeAt)}
            </span>
          </p>
        </div>
      )}
      {words.hint && <p class="answer-hint">{words.hint}</p>}
      {entry?.exitAt && !entry.result && <p class="strong">{S.slipAt(entry.exitAt)}</p>}
      {entry && entry.direction === "out" && entry.pickups && <PickUps people={entry.pickups} />}
    </>
  );
}

/** Who may take a small child along: compared with the face at the gate. */
function PickUps({ people }: { people: readonly PickUp[] }) {
  if (!people.length) return <p class="strong">{S.noPickups()}</p>;
  return (
    <section class="pickups" aria-label={S.pickups()}>
      <p class="strong">{S.pickups()}</p>
      <ul>
        {people.map((person) => (
          <li key={`${person.name} ${person.relation}`}>
            <Avatar name={person.name} url={online.value ? person.photo_url : null} />
            <span>
              <strong>{person.name}</strong>
              {relationName(person.relation)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
