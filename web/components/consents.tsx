/** Consents: each purpose in its own words, each person apart, nothing chosen beforehand. */

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api, of, type Schemas } from "../api";
import { moment } from "../format";
import { S } from "../i18n/settings";
import { lang } from "../lang";
import { type Query, useQuery } from "../query";
import { useSending } from "./form";
import { Badge, Card, Fault, Loaded, Note } from "./ui";

type Consent = Schemas["ConsentView"];
type Text = Schemas["ConsentText"];

export interface Consents {
  texts: Text[];
  choices: Consent[];
}

export function useConsents(): Query<Consents> {
  return useQuery(
    `consents.${lang.value}`,
    async () => {
      const [texts, choices] = await Promise.all([
        of(api.GET("/v1/consents/texts")),
        of(api.GET("/v1/me/consents")),
      ]);
      return { texts: texts.items, choices: choices.items };
    },
    { keeps: false },
  );
}

export function ConsentList({ query, only }: { query: Query<Consents>; only?: "asked" }) {
  // Somebody who has just answered must still see what they answered.
  const first = useSignal<ReadonlySet<string> | null>(null);
  return (
    <Loaded query={query}>
      {({ texts, choices }) => {
        first.value ??= new Set(choices.filter((each) => each.asks).map(keyOf));
        const shown = only ? choices.filter((each) => first.value?.has(keyOf(each))) : choices;
        if (shown.length === 0) return <p class="muted">{S.noConsents()}</p>;
        return [...new Set(shown.map((each) => each.purpose))].map((purpose) => (
          <Purpose
            key={purpose}
            text={texts.find((text) => text.purpose === purpose && text.is_current)}
            choices={shown.filter((each) => each.purpose === purpose)}
            query={query}
          />
        ));
      }}
    </Loaded>
  );
}

function keyOf(consent: Consent): string {
  return `${consent.purpose}.${consent.school_id}.${consent.person_id}`;
}

interface PurposeProps {
  text: Text | undefined;
  choices: Consent[];
  query: Query<Consents>;
}

function Purpose({ text, choices, query }: PurposeProps) {
  if (!text) return null;
  return (
    <Card>
      <h2>{text.title}</h2>
      <p>{text.body}</p>
      {choices.map((consent) => (
        <Choice key={keyOf(consent)} consent={consent} version={text.version} query={query} />
      ))}
    </Card>
  );
}

interface ChoiceProps {
  consent: Consent;
  version: number;
  query: Query<Consents>;
}

function Choice({ consent, version, query }: ChoiceProps) {
  const sending = useSending();
  const name = useId();
  const isAnswered = consent.choice !== null && !consent.asks;

  async function choose(isGiven: boolean): Promise<void> {
    const { purpose, school_id, person_id } = consent;
    const body = { items: [{ purpose, school_id, person_id, version, is_given: isGiven }] };
    const found = await of(api.PUT("/v1/me/consents", { body }));
    const before = query.data.peek();
    if (before) query.data.value = { ...before, choices: found.items };
  }

  return (
    <fieldset disabled={sending.busy.value}>
      <legend>{consent.name}</legend>
      {[true, false].map((isGiven) => (
        <label class="choice" key={String(isGiven)}>
          <input
            type="radio"
            name={name}
            checked={isAnswered && (consent.choice === "given") === isGiven}
            onChange={() => void sending.run(() => choose(isGiven))}
          />
          <span>{isGiven ? S.agree() : S.refuse()}</span>
        </label>
      ))}
      <p class="across small muted">
        {!isAnswered && <Badge tone="late">{S.asks()}</Badge>}
        {isAnswered && consent.decided_at && S.decided(moment(consent.decided_at))}
      </p>
      {consent.asks && consent.choice !== null && <Note tone="late">{S.changed()}</Note>}
      {consent.choice === "given" && !consent.asks && !consent.holds && <Note>{S.notHeld()}</Note>}
      <Fault error={sending.failure.value} />
    </fieldset>
  );
}
