/** Where the account is logged in. */

import { api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Badge, Button, Card, Fault, Loaded, Page } from "../../components/ui";
import { moment } from "../../format";
import { S } from "../../i18n/settings";
import { type Query, useQuery } from "../../query";

type Session = Schemas["SessionInfo"];

export function Devices() {
  const query = useQuery("sessions", async () => (await of(api.GET("/v1/auth/sessions"))).items, {
    keeps: false,
  });
  return (
    <Page title={S.devices()} back="/cai-dat">
      <Loaded query={query}>{(sessions) => <List sessions={sessions} query={query} />}</Loaded>
    </Page>
  );
}

function List({ sessions, query }: { sessions: Session[]; query: Query<Session[]> }) {
  const sending = useSending();
  const others = sessions.filter((session) => !session.is_current);
  async function end(id: string): Promise<void> {
    await of(
      api.DELETE("/v1/auth/sessions/{session_id}", { params: { path: { session_id: id } } }),
    );
    await query.reload();
  }
  async function endOthers(): Promise<void> {
    await of(api.DELETE("/v1/auth/sessions"));
    await query.reload();
  }
  return (
    <>
      {sessions.map((session) => (
        <Card key={session.id}>
          <div class="across">
            <Icon name="phone" />
            <span class="grow">
              <strong>{session.device_name}</strong>
              <br />
              <span class="muted small">{S.lastUsed(moment(session.last_used_at))}</span>
            </span>
            {session.is_current && <Badge tone="good">{S.thisDevice()}</Badge>}
          </div>
          {!session.is_current && (
            <Button
              kind="danger"
              busy={sending.busy.value}
              onClick={() => void sending.run(() => end(session.id))}
            >
              {S.endSession()}
            </Button>
          )}
        </Card>
      ))}
      {others.length === 0 && <p class="muted">{S.noOthers()}</p>}
      {others.length > 1 && (
        <Button kind="danger" busy={sending.busy.value} onClick={() => void sending.run(endOthers)}>
          {S.endOthers()}
        </Button>
      )}
      <Fault error={sending.failure.value} />
    </>
  );
}
