/** The fields of a notice, whoever sends it, and the question before it goes. */

import { type Signal, useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { api, of } from "../../api";
import type { Attached, Store } from "../../attaching";
import { Attach } from "../../components/attach";
import { Confirm } from "../../components/confirm";
import { Form, useSending } from "../../components/form";
import { Button, Card, Dialog, Fault, Field, Note } from "../../components/ui";
import { isFailure } from "../../failure";
import { moment } from "../../format";
import { C } from "../../i18n/common";
import { N } from "../../i18n/notices";
import { Asking } from "./asking";
import { ReachWords } from "./audience";
import "./desk.css";
import { type Notice, publish, type Reach, reachOf, type Sender, saveNotice } from "./notice_api";
import { type Draft, type Faults, faultsOf, instantOf, needsWhom, type Part } from "./notice_draft";

interface Props {
  senderOf: (parts: readonly Part[]) => Sender;
  /** What was saved before; null: a new one. */
  notice: Notice | null;
  start: Draft;
  files: Store;
  audience: (parts: Signal<readonly Part[]>, fault: string | undefined) => ComponentChildren;
  /** `sent`: it has gone out, or waits for its hour. */
  onDone: (words: string, sent: Notice | null) => void;
}

export function NoticeForm({ senderOf, notice, start, files, audience, onDone }: Props) {
  const draft = useSignal<Draft>(start);
  const parts = useSignal<readonly Part[]>(start.parts);
  const list = useSignal<readonly Attached[]>(notice?.attachments ?? []);
  const isBusy = useSignal(false);
  const isChecked = useSignal(false);
  const isAsking = useSignal(false);
  const isRemoving = useSignal(false);
  const saved = useRef(notice?.id ?? null);
  const key = useRef(crypto.randomUUID());
  const sending = useSending();
  const keeping = useSending();
  const whole = useComputed<Draft>(() => ({ ...draft.value, parts: parts.value }));
  const reach = useReach(senderOf, whole);
  const isUntitled = useSignal(false);
  const faults: Faults = {
    ...(isUntitled.value && !draft.value.title.trim() && { title: N.headingMissing() }),
    ...(isChecked.value && faultsOf(whole.value, Date.now())),
  };
  const put = (changed: Partial<Draft>) => {
    draft.value = { ...draft.peek(), ...changed };
  };

  async function save(): Promise<Notice> {
    const sender = senderOf(parts.peek());
    const made = await saveNotice(saved.current, sender, whole.peek(), list.peek(), key.current);
    saved.current = made.id;
    return made;
  }

  return (
    <>
      <Form
        sending={sending}
        check={() => {
          isChecked.value = true;
          return Object.keys(faultsOf(whole.peek(), Date.now())).length === 0;
        }}
        onSend={async () => {
          isAsking.value = true;
        }}
      >
        <Card>
          {audience(parts, faults.audience)}
          {needsWhom(parts.value) && (
            <Whom draft={draft.value} withLeaders={files === "department"} onChange={put} />
          )}
          {parts.value.length > 0 && <ReachWords reach={reach.value} />}
        </Card>
        <Card>
          <Content draft={draft.value} faults={faults} onChange={put} />
          <Attach store={files} list={list} busy={isBusy} />
        </Card>
        <Card>
          <Asking draft={draft.value} faults={faults} onChange={put} />
        </Card>
        <Card>
          <Moment draft={draft.value} fault={faults.goesAt} onChange={put} />
        </Card>
        {isBusy.value && <Note tone="wait">{N.filesBusy()}</Note>}
        <Fault error={keeping.failure.value} />
        <div class="desk-bar">
          <Button
            busy={keeping.busy.value}
            disabled={isBusy.value}
            onClick={() => {
              isUntitled.value = !draft.peek().title.trim();
              if (isUntitled.peek()) return;
              void keeping.run(async () => {
                await save();
                onDone(N.kept(), null);
              });
            }}
          >
            {N.keep()}
          </Button>
          <Button kind="main" type="submit" disabled={isBusy.value}>
            {N.send()}
          </Button>
        </div>
        {notice?.may_edit && (
          <Button
            kind="danger"
            onClick={() => {
              isRemoving.value = true;
            }}
          >
            {N.removeDraft()}
          </Button>
        )}
      </Form>
      {isAsking.value && (
        <AskSend
          draft={whole.value}
          reach={reach.value}
          onSend={async () => {
            const { isLater, goesAt } = whole.peek();
            const at = isLater ? instantOf(goesAt) : null;
            const sent = await publish((await save()).id, at);
            onDone(at ? N.planned(moment(at)) : N.sent(), sent);
          }}
          onClose={() => {
            isAsking.value = false;
          }}
        />
      )}
      {isRemoving.value && notice && (
        <Confirm
          title={N.askRemove()}
          action={N.removeDraft()}
          onYes={async () => {
            const params = { path: { announcement_id: notice.id } };
            await of(api.DELETE("/v1/contact-book/announcements/{announcement_id}", { params }));
            onDone(N.removed(), null);
          }}
          onClose={() => {
            isRemoving.value = false;
          }}
        />
      )}
    </>
  );
}

const PAUSE_MS = 300;

/** How many it would reach, asked again a moment after the audience has changed. */
function useReach(
  senderOf: (parts: readonly Part[]) => Sender,
  draft: Signal<Draft>,
): Signal<Reach | null> {
  const reach = useSignal<Reach | null>(null);
  const { parts, toFamilies, toStaff, toLeaders } = draft.value;
  const asked = JSON.stringify([parts, toFamilies, toStaff, toLeaders]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` stands for what is read
  useEffect(() => {
    reach.value = null;
    if (parts.length === 0) return;
    let isWanted = true;
    const timer = setTimeout(() => {
      reachOf(senderOf(parts), draft.peek()).then(
        (found) => {
          if (isWanted) reach.value = found;
        },
        // What is wrong with it is said when it is sent.
        (error) => {
          if (!isFailure(error)) throw error;
        },
      );
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [asked]);
  return reach;
}

type Change = (changed: Partial<Draft>) => void;

interface WhomProps {
  draft: Draft;
  withLeaders: boolean;
  onChange: Change;
}

function Whom({ draft, withLeaders, onChange }: WhomProps) {
  const boxes = [
    ["toFamilies", N.families()],
    ["toStaff", N.staff()],
    ...(withLeaders ? ([["toLeaders", N.leaders()]] as const) : []),
  ] as const;
  return (
    <fieldset>
      <legend>{N.toWhom()}</legend>
      <div class="across">
        {boxes.map(([key, name]) => (
          <label key={key} class="choice">
            <input
              type="checkbox"
              checked={draft[key]}
              onChange={(event) => onChange({ [key]: event.currentTarget.checked })}
            />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface FieldsProps {
  draft: Draft;
  faults: Faults;
  onChange: Change;
}

function Content({ draft, faults, onChange }: FieldsProps) {
  const id = useId();
  return (
    <>
      <Field
        label={N.heading()}
        hint={N.headingHint()}
        fault={faults.title ?? null}
        maxLength={200}
        value={draft.title}
        onInput={(event) => onChange({ title: event.currentTarget.value })}
      />
      <div class="field">
        <label for={id}>{N.body()}</label>
        <textarea
          id={id}
          rows={6}
          maxLength={10_000}
          value={draft.body}
          aria-invalid={Boolean(faults.body)}
          aria-describedby={`${id}-fault`}
          onInput={(event) => onChange({ body: event.currentTarget.value })}
        />
        <p id={`${id}-fault`} class="fault">
          {faults.body}
        </p>
      </div>
      <label class="choice">
        <input
          type="checkbox"
          checked={draft.isUrgent}
          onChange={(event) => onChange({ isUrgent: event.currentTarget.checked })}
        />
        <span>
          {N.isUrgent()}
          <span class="hint desk-below">{N.urgentHint()}</span>
        </span>
      </label>
    </>
  );
}

interface MomentProps {
  draft: Draft;
  fault: string | undefined;
  onChange: Change;
}

function Moment({ draft, fault, onChange }: MomentProps) {
  const { isLater, goesAt } = draft;
  return (
    <fieldset class="stack-small">
      <legend>{N.when()}</legend>
      <div class="segments">
        <Button aria-pressed={!isLater} onClick={() => onChange({ isLater: false })}>
          {N.now()}
        </Button>
        <Button aria-pressed={isLater} onClick={() => onChange({ isLater: true })}>
          {N.later()}
        </Button>
      </div>
      {isLater && (
        <div class="desk-dates">
          <Field
            label={N.sendDay()}
            type="date"
            value={goesAt.day}
            fault={fault ?? null}
            onInput={(event) => onChange({ goesAt: { ...goesAt, day: event.currentTarget.value } })}
          />
          <Field
            label={N.sendTime()}
            type="time"
            value={goesAt.time}
            onInput={(event) =>
              onChange({ goesAt: { ...goesAt, time: event.currentTarget.value } })
            }
          />
        </div>
      )}
    </fieldset>
  );
}

interface AskProps {
  draft: Draft;
  reach: Reach | null;
  onSend: () => Promise<void>;
  onClose: () => void;
}

function AskSend({ draft, reach, onSend, onClose }: AskProps) {
  const sending = useSending();
  const at = draft.isLater ? instantOf(draft.goesAt) : null;
  return (
    <Dialog title={N.askSend()} onClose={onClose}>
      <p class="strong">{draft.title}</p>
      <ReachWords reach={reach} />
      <p>{at ? N.askSchedule(moment(at)) : N.askNow()}</p>
      <Fault error={sending.failure.value} />
      <div class="across desk-end">
        <Button onClick={onClose}>{C.cancel()}</Button>
        <Button
          kind="main"
          busy={sending.busy.value}
          onClick={() =>
            void sending.run(async () => {
              await onSend();
            })
          }
        >
          {at ? N.doSchedule() : N.doSend()}
        </Button>
      </div>
    </Dialog>
  );
}
