/** Which news pops up, and when. What is about a child's safety always does. */

import { useId } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { type Sending, useSending } from "../../components/form";
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

  async function put(body: Schemas["PreferencesInput"]): Promise<void> {
    query.data.value = await of(api.PUT("/v1/me/notification-preferences", { body }));
  }
  const turn = (each: Preference) =>
    sending.run(() => put({ items: [{ ...each, is_enabled: !each.is_enabled }] }));

  return (
    <>
      <Card>
        <label class="choice">
          <input
            type="checkbox"
            checked={found.web_push_details}
            onChange={() =>
              void sending.run(() => put({ web_push_details: !found.web_push_details }))
            }
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
          <fieldset key={kind} class="kind">
            <legend>{nameOf(kind)}</legend>
            {ways.map((each) => (
              <label class="choice" key={each.channel}>
                <input type="checkbox" checked={each.is_enabled} onChange={() => void turn(each)} />
                <span>{WAYS[each.channel]()}</span>
              </label>
            ))}
          </fieldset>
        ))}
      </Card>
      <When found={found} put={put} sending={sending} />
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

const WAYS: Record<Preference["channel"], () => string> = { push: S.push, sms: S.sms };

/** By kind, in the order in which they come. */
function grouped(items: readonly Preference[]): [string, Preference[]][] {
  const found = new Map<string, Preference[]>();
  for (const each of items) found.set(each.kind, [...(found.get(each.kind) ?? []), each]);
  return [...found];
}

interface WhenProps {
  found: Preferences;
  put: (body: Schemas["PreferencesInput"]) => Promise<void>;
  sending: Sending;
}

/** Quiet hours and the digest: for what is not about safety. */
function When({ found, put, sending }: WhenProps) {
  const { quiet_from: from, quiet_until: until, digest_hour: hour } = found;
  const save = (body: Schemas["PreferencesInput"]) => void sending.run(() => put(body));
  // A digest that would fall silent moves to the nearest hour that is not.
  const quiet = (first: string, last: string) =>
    save({
      quiet_from: `${first}:00`,
      quiet_until: `${last}:00`,
      digest_hour: digestWithin(hour, first, last),
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
          onChoose={(chosen) => quiet(chosen, short(until))}
        />
        <Choice
          label={S.quietUntil()}
          value={short(until)}
          options={QUIET_UNTIL.map((each) => [each, each])}
          onChoose={(chosen) => quiet(short(from), chosen)}
        />
      </div>
      <label class="choice">
        <input
          type="checkbox"
          checked={found.urgent_breaks_quiet}
          onChange={() => save({ urgent_breaks_quiet: !found.urgent_breaks_quiet })}
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
        onChoose={(chosen) => save({ digest_hour: chosen === "" ? null : Number(chosen) })}
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
