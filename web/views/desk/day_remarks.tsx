/** Remarks: words for the whole class, and by a tap on each name those who differ. */

import { useSignal } from "@preact/signals";
import { Badge, Button, Card } from "../../components/ui";
import { Y } from "../../i18n/class_day";
import {
  hasPhrase,
  KINDS,
  type Kind,
  type Phrase,
  type PupilDay,
  reachedByAll,
  tapped,
} from "./day_draft";
import { Words } from "./day_lessons";
import type { PartProps } from "./day_part";
import { PupilDialog } from "./day_pupil";

interface Props extends PartProps {
  phrases: readonly Phrase[];
  onChanged: () => Promise<void>;
}

export const TONES: Record<Kind, "good" | "late" | "plain"> = {
  praise: "good",
  needs_work: "late",
  neutral: "plain",
};

export function Remarks({ school, day, draft, put, faults, phrases, onChanged }: Props) {
  const brush = useSignal<Phrase | null>(null);
  const opened = useSignal<string | null>(null);
  const pupil = day.pupils.find((each) => each.student_id === opened.value);
  const phrase = brush.value;
  const reached = new Set(reachedByAll(draft.value, day.pupils).map((each) => each.student_id));
  return (
    <Card aria-label={Y.remarks()}>
      <h2>{Y.remarks()}</h2>
      {day.may_write && (
        <ForAll
          day={day}
          school={school}
          draft={draft}
          put={put}
          faults={faults}
          phrases={phrases}
        />
      )}
      <h3>{Y.each()}</h3>
      {day.may_write && (
        <>
          <p class="muted small">{Y.eachHint()}</p>
          <Brushes phrases={phrases} brush={phrase} onChoose={(each) => (brush.value = each)} />
        </>
      )}
      <ul class="day-pupils">
        {day.pupils.map((each) => (
          <li key={each.student_id}>
            <PupilButton
              pupil={each}
              draft={draft.value}
              phrase={phrase}
              isReached={reached.has(each.student_id)}
              onTap={() => {
                if (phrase) draft.value = tapped(draft.peek(), each.student_id, phrase);
                else opened.value = each.student_id;
              }}
            />
          </li>
        ))}
      </ul>
      {pupil && (
        <PupilDialog
          day={day}
          pupil={pupil}
          draft={draft}
          phrases={phrases}
          onChanged={onChanged}
          onClose={() => (opened.value = null)}
        />
      )}
    </Card>
  );
}

function ForAll({ draft, put, phrases }: PartProps & { phrases: readonly Phrase[] }) {
  const { forAll } = draft.value;
  return (
    <fieldset class="stack-small">
      <legend>{Y.forAll()}</legend>
      <KindChoice kind={forAll.kind} onChoose={(kind) => put({ forAll: { ...forAll, kind } })} />
      <details class="day-more">
        <summary>{Y.usual()}</summary>
        <div class="desk-chips">
          {phrases.map((each) => (
            <Button
              key={each.id}
              aria-pressed={forAll.text === each.text}
              onClick={() =>
                put({
                  forAll:
                    forAll.text === each.text
                      ? { ...forAll, text: "" }
                      : { ...forAll, kind: each.kind, about: each.about, text: each.text },
                })
              }
            >
              {each.text}
            </Button>
          ))}
        </div>
      </details>
      <Words
        label={Y.forAllText()}
        hint={Y.forAllHint()}
        rows={2}
        value={forAll.text}
        fault={undefined}
        onChange={(text) => put({ forAll: { ...forAll, text } })}
      />
    </fieldset>
  );
}

export function KindChoice({ kind, onChoose }: { kind: Kind; onChoose: (kind: Kind) => void }) {
  return (
    <fieldset class="desk-chips" aria-label={Y.kind()}>
      {KINDS.map((each) => (
        <Button key={each} aria-pressed={kind === each} onClick={() => onChoose(each)}>
          {Y[each]()}
        </Button>
      ))}
    </fieldset>
  );
}

interface BrushProps {
  phrases: readonly Phrase[];
  brush: Phrase | null;
  onChoose: (phrase: Phrase | null) => void;
}

/** One is in the hand at a time; none: a tap opens the pupil. */
function Brushes({ phrases, brush, onChoose }: BrushProps) {
  return (
    <fieldset class="day-brushes" data-scrolls aria-label={Y.phrases()}>
      <Button aria-pressed={brush === null} onClick={() => onChoose(null)}>
        {Y.noPhrase()}
      </Button>
      {phrases.map((each) => (
        <Button
          key={each.id}
          class={`day-brush ${TONES[each.kind]}`}
          aria-pressed={brush?.id === each.id}
          onClick={() => onChoose(brush?.id === each.id ? null : each)}
        >
          {each.text}
        </Button>
      ))}
    </fieldset>
  );
}

interface PupilProps {
  pupil: PupilDay;
  draft: PartProps["draft"]["value"];
  phrase: Phrase | null;
  /** Gets the words for all. */
  isReached: boolean;
  onTap: () => void;
}

function PupilButton({ pupil, draft, phrase, isReached, onTap }: PupilProps) {
  const own = draft.own[pupil.student_id] ?? [];
  const sent = pupil.remarks;
  const isMarked = phrase !== null && hasPhrase(draft, pupil.student_id, phrase);
  return (
    <button
      type="button"
      class="day-pupil"
      aria-pressed={phrase ? isMarked : undefined}
      aria-haspopup={phrase ? undefined : "dialog"}
      onClick={onTap}
    >
      <span class="strong">{pupil.name}</span>
      <span class="day-badges">
        {pupil.is_absent && <Badge tone="wait">{Y.isAbsent()}</Badge>}
        {sent.map((each) => (
          <Badge key={each.id}>{`✓ ${Y[each.kind]()}`}</Badge>
        ))}
        {own.map((each) => (
          <Badge key={each.id} tone={TONES[each.kind]}>
            {each.about === "health" ? Y.health() : each.text}
          </Badge>
        ))}
        {isReached && <span class="muted small">{Y.forAll()}</span>}
        {draft.care[pupil.student_id] && !pupil.care && <Badge tone="late">{Y.different()}</Badge>}
      </span>
    </button>
  );
}
