/** The school's own words for what is said every day: changed, added, put in order. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Button, Card, Fault, Field, Loaded, Note } from "../../components/ui";
import { Y } from "../../i18n/class_day";
import { W } from "../../i18n/desk_office";
import { uuid7 } from "../../ids";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { KINDS, type Kind } from "./day_draft";
import { BookPage } from "./frame";

type Phrase = Schemas["Phrase"];

const MOST = 100;

export default function SchoolPhrases({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const path = { school_id: school };
  const query = useQuery(
    `cau-mau/${school}`,
    () => of(api.GET("/v1/schools/{school_id}/phrases", { params: { path } })),
    { keeps: false },
  );
  return (
    <BookPage school={school} here="phrases" title={W.phrasesTitle()}>
      <p class="muted">{W.phrasesLead()}</p>
      <Loaded query={query}>
        {(found) => (
          <Editing
            key={query.at.value}
            start={found.items}
            areDefaults={found.are_defaults}
            save={async (items) => {
              const body = { items };
              query.data.value = await of(
                api.PUT("/v1/schools/{school_id}/phrases", { params: { path }, body }),
              );
            }}
          />
        )}
      </Loaded>
    </BookPage>
  );
}

interface EditingProps {
  start: readonly Phrase[];
  areDefaults: boolean;
  save: (items: Phrase[]) => Promise<void>;
}

function Editing({ start, areDefaults, save }: EditingProps) {
  const items = useSignal<readonly Phrase[]>(start);
  const isSaved = useSignal(false);
  const sending = useSending();
  return (
    <>
      {areDefaults && !isSaved.value && <Note>{W.defaults()}</Note>}
      <div class="stack">
        {KINDS.map((kind) => (
          <OfKind key={kind} kind={kind} items={items} onChange={() => (isSaved.value = false)} />
        ))}
      </div>
      {isSaved.value && <Note tone="good">{W.phrasesSaved()}</Note>}
      <Fault error={sending.failure.value} />
      <div class="desk-bar">
        <Button
          kind="main"
          busy={sending.busy.value}
          onClick={() =>
            void sending.run(async () => {
              const written = items.peek().filter((each) => each.text.trim());
              await save(written.map((each) => ({ ...each, text: each.text.trim() })));
              items.value = written;
              isSaved.value = true;
            })
          }
        >
          {W.savePhrases()}
        </Button>
      </div>
    </>
  );
}

interface KindProps {
  kind: Kind;
  items: Signal<readonly Phrase[]>;
  onChange: () => void;
}

function OfKind({ kind, items, onChange }: KindProps) {
  const own = items.value.filter((each) => each.kind === kind);
  const put = (after: readonly Phrase[]) => {
    items.value = after;
    onChange();
  };
  const change = (id: string, changed: Partial<Phrase>) =>
    put(items.peek().map((each) => (each.id === id ? { ...each, ...changed } : each)));
  return (
    <Card aria-label={Y[kind]()}>
      <h2>{Y[kind]()}</h2>
      {own.map((each, n) => (
        <div key={each.id} class="desk-option">
          <Field
            class="grow"
            label={W.phrase(n + 1)}
            maxLength={200}
            value={each.text}
            onInput={(event) => change(each.id, { text: event.currentTarget.value })}
          />
          <Button
            aria-pressed={each.about === "conduct"}
            onClick={() =>
              change(each.id, { about: each.about === "conduct" ? "remark" : "conduct" })
            }
          >
            {Y[each.about]()}
          </Button>
          <Button
            kind="quiet"
            icon="cross"
            aria-label={W.dropPhrase(n + 1)}
            onClick={() => put(items.peek().filter((one) => one.id !== each.id))}
          />
        </div>
      ))}
      {items.value.length < MOST && (
        <Button
          kind="quiet"
          icon="plus"
          class="desk-start"
          onClick={() => put([...items.peek(), { id: uuid7(), kind, about: "remark", text: "" }])}
        >
          {W.addPhrase()}
        </Button>
      )}
    </Card>
  );
}
