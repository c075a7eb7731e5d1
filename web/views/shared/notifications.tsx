/** Which news pops up, and when. What is about a child's safety always does. */

import { useId, useRef } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { PushSwitch } from "../../components/push_switch";
import { Card, Fault, Loaded, Page } from "../../components/ui";
import { KINDS, S } from "../../i18n/settings";
import { type Query, useQuery } from "../../query";
import {
  digestHours,
  digestWithin,
  hourWords,
  QUIET_FROM,
  QUIET_UNTIL,
  short,
} from "./alert_times";
import { Language } from "./language";
import "./notifications.css";

type Preferences = Schemas["Preferences"];
type Preference = Schemas["Preference"];

export function Notifications() {
  const query = useQuery("preferences", () => of(api.GET("/v1/me/notification-preferences")), {
    keeps: false,
  });
  return (
    <Page title={S.notifications()} back="/cai-dat">
      <Card>
        <PushSwitch />
      </Card>
      <Loaded query={query}>{(found) => <Choices found={found} query={query} />}</Loaded>
    </Page>
  );
}

function nameOf(kind: string): string {
  return (KINDS as Record<string, () => string>)[kind]?.() ?? kind;
}

function Choices({ found, query }: { found: Preferences; query: Query<Preferences> }) {
  const sending = useSending();
  const open = found.items.filter((each) => !each.is_fixed);

  const last = useRef<Promise<unknown>>(Promise.resolve());

  // One after the other: a choice made while another is on its way is not lost.
  const put: Put = (bodyOf) => {
    last.current = last.current.then(() =>
      sending.run(async () => {
        const body = bodyOf(query.data.peek() ?? found);
        query.data.value = await of(api.PUT("/v1/me/notification-preferences", { body }));
      }),
    );
  };
  const turn = (each: Preference) =>
    put(() => ({ items: [{ ...each, is_enabled: !each.is_enabled }] }));

  return (
    <>
      <Card>
        <label class="choice">
          <input
            type="checkbox"
            checked={found.web_push_details}
            onChange={() => put((now) => ({ web_push_details: !now.web_push_details }))}
          />
          <span>
            <strong>{S.details()}</strong>
            <br />
            <span class="muted small">{S.detailsHint()}</span>
          </span>
        </label>
      </Card>
      <Card>
        <h2>{S.optional()}</h2>
        {grouped(open).map(([kind, ways]) => (
          <Kind key={kind} name={nameOf(kind)} ways={ways} onTurn={turn} />
        ))}
      </Card>
      <When found={found} put={put} />
      <Card>
        <h2>{S.always()}</h2>
        <p class="muted small">{S.alwaysHint()}</p>
        <ul class="plain-list">
          {grouped(found.items.filter((each) => each.is_fixed)).map(([kind, ways]) => (
            <li key={kind} class="row">
              <Icon name="check" />
              <span class="grow">
                {nameOf(kind)}
                <span class="muted small">
                  {ways.map((each) => WAYS[each.channel]()).join(" · ")}
                </span>
              </span>
            </li>
          ))}
        </ul>
      </Card>
      <Card>
        <Language />
      </Card>
      <Fault error={sending.failure.value} />
    </>
  );
}

interface KindProps {
  name: string;
  ways: readonly Preference[];
  onTurn: (each: Preference) => void;
}

/** One way needs no name of its own. */
function Kind({ name, ways, onTurn }: KindProps) {
  const lines = ways.map((each) => (
    <label class="choice" key={each.channel}>
      <input type="checkbox" checked={each.is_enabled} onChange={() => onTurn(each)} />
      <span>{ways.length > 1 ? WAYS[each.channel]() : name}</span>
    </label>
  ));
  if (ways.length === 1) return <>{lines}</>;
  return (
    <fieldset class="kind">
      <legend>{name}</legend>
      {lines}
    </fieldset>
  );
}

const WAYS: Record<Preference["channel"], () => string> = { push: S.push, sms: S.sms };

/** By kind, in the order in which they come. */
function grouped(items: readonly Preference[]): [string, Preference[]][] {
  const found = new Map<string, Preference[]>();
  for (const each of items) found.set(each.kind, [...(found.get(each.kind) ?? []), each]);
  return [...found];
}

/** Sends what the choices of that moment make of it. */
type Put = (bodyOf: (now: Preferences) => Schemas["PreferencesInput"]) => void;

interface WhenProps {
  found: Preferences;
  put: Put;
}

/** Quiet hours and the digest: for what is not about safety. */
function When({ found, put }: WhenProps) {
  const { quiet_from: from, quiet_until: until, digest_hour: hour } = found;
  // A digest that would fall silent moves to the nearest hour that is not.
  const quiet = (chosen: { from?: string; until?: string }) =>
    put((now) => {
      const first = chosen.from ?? short(now.quiet_from);
      const last = chosen.until ?? short(now.quiet_until);
      return {
        quiet_from: `${first}:00`,
        quiet_until: `${last}:00`,
        digest_hour: digestWithin(now.digest_hour, first, last),
      };
    });
  return (
    <Card>
      <h2>{S.when()}</h2>
      <p class="muted small">{S.whenHint()}</p>
      <div class="quiet-hours">
        <Choice
          label={S.quietFrom()}
          value={short(from)}
          options={QUIET_FROM.map((each) => [each, each])}
          onChoose={(chosen) => quiet({ from: chosen })}
        />
        <Choice
          label={S.quietUntil()}
          value={short(until)}
          options={QUIET_UNTIL.map((each) => [each, each])}
          onChoose={(chosen) => quiet({ until: chosen })}
        />
      </div>
      <label class="choice">
        <input
          type="checkbox"
          checked={found.urgent_breaks_quiet}
          onChange={() => put((now) => ({ urgent_breaks_quiet: !now.urgent_breaks_quiet }))}
        />
        <span>{S.urgentBreaks()}</span>
      </label>
      <Choice
        label={S.digest()}
        value={hour === null ? "" : `${hour}`}
        options={[
          ["", S.digestNone()],
          ...digestHours(from, until).map((each): [string, string] => [
            `${each}`,
            S.digestAt(hourWords(each)),
          ]),
        ]}
        onChoose={(chosen) => put(() => ({ digest_hour: chosen === "" ? null : Number(chosen) }))}
      />
    </Card>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, words: string])[];
  onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
