/** Which news pops up. What is about a child's safety always does. */

import { api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { PushSwitch } from "../../components/push_switch";
import { Card, Fault, Loaded, Page } from "../../components/ui";
import { KINDS, S } from "../../i18n/settings";
import { type Query, useQuery } from "../../query";

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
  const fixed = [...new Set(found.items.filter((each) => each.is_fixed).map((each) => each.kind))];
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
        {open.map((each) => (
          <label class="choice" key={`${each.kind}.${each.channel}`}>
            <input type="checkbox" checked={each.is_enabled} onChange={() => void turn(each)} />
            <span>
              {nameOf(each.kind)}
              {each.channel === "sms" && <span class="muted"> · {S.sms()}</span>}
            </span>
          </label>
        ))}
      </Card>
      <Card>
        <h2>{S.always()}</h2>
        <p class="muted small">{S.alwaysHint()}</p>
        <ul class="plain-list">
          {fixed.map((kind) => (
            <li key={kind} class="across row">
              <Icon name="check" />
              {nameOf(kind)}
            </li>
          ))}
        </ul>
      </Card>
      <Fault error={sending.failure.value} />
    </>
  );
}
