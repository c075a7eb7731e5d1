/** One pupil of the day: what was said before, own words, and what is different for small children. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Badge, Button, Dialog } from "../../components/ui";
import { Y } from "../../i18n/class_day";
import { C } from "../../i18n/common";
import { CareFields } from "./day_care";
import {
  ABOUTS,
  type About,
  type ClassDay,
  type Draft,
  type Kind,
  NO_CARE,
  newRemark,
  type Phrase,
  type PupilDay,
  withOwn,
} from "./day_draft";
import { Words } from "./day_lessons";
import { KindChoice, TONES } from "./day_remarks";

interface Props {
  day: ClassDay;
  pupil: PupilDay;
  draft: Signal<Draft>;
  phrases: readonly Phrase[];
  onChanged: () => Promise<void>;
  onClose: () => void;
}

export function PupilDialog({ day, pupil, draft, phrases, onChanged, onClose }: Props) {
  const id = pupil.student_id;
  const ending = useSignal<string | null>(null);
  const own = draft.value.own[id] ?? [];
  if (ending.value)
    return (
      <WithdrawRemark
        remarkId={ending.value}
        onDone={onChanged}
        onClose={() => {
          ending.value = null;
        }}
      />
    );
  return (
    <Dialog title={pupil.name} onClose={onClose}>
      <ul class="plain-list">
        {pupil.remarks.map((each) => (
          <li key={each.id} class="row desk-item">
            <span class="grow">
              <span>{each.text}</span>
              <span class="muted small">
                {[Y.savedBefore(), Y[each.about](), Y.by(each.author_name)].join(" · ")}
              </span>
            </span>
            <Badge tone={TONES[each.kind]}>{Y[each.kind]()}</Badge>
            {each.may_change && (
              <Button kind="danger" onClick={() => (ending.value = each.id)}>
                {Y.withdraw()}
              </Button>
            )}
          </li>
        ))}
        {own.map((each) => (
          <li key={each.id} class="row desk-item">
            <span class="grow">
              <span>{each.text}</span>
              <span class="muted small">{Y[each.about]()}</span>
            </span>
            <Badge tone={TONES[each.kind]}>{Y[each.kind]()}</Badge>
            <Button
              kind="quiet"
              icon="cross"
              aria-label={`${Y.drop()}: ${each.text}`}
              onClick={() => {
                const rest = own.filter((one) => one !== each);
                draft.value = withOwn(draft.peek(), id, rest);
              }}
            />
          </li>
        ))}
      </ul>
      {day.may_write && (
        <>
          <NewRemark
            phrases={phrases}
            onAdd={(kind, about, text) => {
              draft.value = withOwn(draft.peek(), id, [...own, newRemark(kind, about, text)]);
            }}
          />
          <label class="choice">
            <input
              type="checkbox"
              checked={draft.value.without.includes(id)}
              onChange={(event) => {
                const others = draft.peek().without.filter((each) => each !== id);
                const without = event.currentTarget.checked ? [...others, id] : others;
                draft.value = { ...draft.peek(), without };
              }}
            />
            {Y.withoutAll()}
          </label>
        </>
      )}
      {day.has_care && day.may_write_care && <OwnCare id={id} draft={draft} />}
      <Button kind="main" onClick={onClose}>
        {C.close()}
      </Button>
    </Dialog>
  );
}

interface NewProps {
  phrases: readonly Phrase[];
  onAdd: (kind: Kind, about: About, text: string) => void;
}

function NewRemark({ phrases, onAdd }: NewProps) {
  const kind = useSignal<Kind>("praise");
  const about = useSignal<About>("remark");
  const text = useSignal("");
  const isMissing = useSignal(false);
  const usual = phrases.filter((each) => each.about === about.value && each.kind === kind.value);
  return (
    <fieldset class="stack-small">
      <legend>{Y.ownWords()}</legend>
      <KindChoice kind={kind.value} onChoose={(each) => (kind.value = each)} />
      <fieldset class="desk-chips" aria-label={Y.about()}>
        {ABOUTS.map((each) => (
          <Button
            key={each}
            aria-pressed={about.value === each}
            onClick={() => (about.value = each)}
          >
            {Y[each]()}
          </Button>
        ))}
      </fieldset>
      {usual.length > 0 && (
        <div class="desk-chips">
          {usual.map((each) => (
            <Button
              key={each.id}
              aria-pressed={text.value === each.text}
              onClick={() => (text.value = each.text)}
            >
              {each.text}
            </Button>
          ))}
        </div>
      )}
      <Words
        label={Y.text()}
        rows={2}
        value={text.value}
        fault={isMissing.value ? Y.textMissing() : undefined}
        {...(about.value === "health" && { hint: Y.healthHint() })}
        onChange={(words) => {
          text.value = words;
          isMissing.value = false;
        }}
      />
      <Button
        icon="plus"
        class="desk-start"
        onClick={() => {
          isMissing.value = !text.peek().trim();
          if (isMissing.peek()) return;
          onAdd(kind.peek(), about.peek(), text.peek().trim());
          text.value = "";
        }}
      >
        {Y.add()}
      </Button>
    </fieldset>
  );
}

/** A small child whose day was not that of the others. */
function OwnCare({ id, draft }: { id: string; draft: Signal<Draft> }) {
  const own = draft.value.care[id];
  const put = (care: Draft["care"]) => {
    draft.value = { ...draft.peek(), care };
  };
  return (
    <fieldset class="stack-small">
      <legend>{Y.care()}</legend>
      <label class="choice">
        <input
          type="checkbox"
          checked={!own}
          onChange={(event) => {
            const { [id]: _, ...others } = draft.peek().care;
            const base = draft.peek().careAll ?? NO_CARE;
            put(event.currentTarget.checked ? others : { ...others, [id]: base });
          }}
        />
        {Y.asOthers()}
      </label>
      {own && (
        <CareFields
          care={own}
          withNote
          onChange={(changed) => put({ ...draft.peek().care, [id]: { ...own, ...changed } })}
        />
      )}
    </fieldset>
  );
}

interface WithdrawProps {
  remarkId: string;
  onDone: () => Promise<void>;
  onClose: () => void;
}

function WithdrawRemark({ remarkId, onDone, onClose }: WithdrawProps) {
  const reason = useSignal("");
  return (
    <Confirm
      title={Y.askWithdraw()}
      action={Y.withdraw()}
      onYes={async () => {
        const params = { path: { remark_id: remarkId } };
        const body = { reason: reason.peek().trim() };
        await of(api.POST("/v1/contact-book/remarks/{remark_id}/withdrawal", { params, body }));
        await onDone();
      }}
      onClose={onClose}
    >
      <p>{Y.withdrawHint()}</p>
      <Words
        label={Y.reason()}
        rows={2}
        maxLength={500}
        value={reason.value}
        fault={undefined}
        onChange={(words) => {
          reason.value = words;
        }}
      />
    </Confirm>
  );
}
