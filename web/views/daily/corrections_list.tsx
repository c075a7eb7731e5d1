/** Corrections of a past month that wait for somebody who has not asked for them. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { all, api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Badge, Button, Card, Empty, Loaded, Note } from "../../components/ui";
import { dayName, moment } from "../../format";
import { E } from "../../i18n/second_person";
import { onItem } from "../../live";
import { type Query, useQuery } from "../../query";
import { stateName } from "../classes/words";
import "./daily.css";

type Correction = Schemas["DayCorrection"];
type Decision = "approve" | "reject";

interface Asked {
  correction: Correction;
  decision: Decision;
}

/** Told anew of it, it is asked for anew. */
function useNews(query: Query<unknown>): void {
  useEffect(
    () =>
      onItem((item) => {
        const isNews = item.kind === "correction_asked" || item.kind === "correction_decided";
        if (isNews) void query.reload();
      }),
    [query],
  );
}

interface Props {
  school: number;
  onDecided?: () => void;
}

export function WaitingCorrections({ school, onDecided }: Props) {
  const query = useQuery(
    `sua/${school}`,
    () =>
      all((cursor) =>
        api.GET("/v1/attendance/corrections", {
          params: { query: { school_id: school, state: "pending", cursor, limit: 100 } },
        }),
      ),
    { keeps: false },
  );
  useNews(query);
  const asking = useSignal<Asked | null>(null);
  const said = useSignal("");
  const asked = asking.value;
  const isApproval = asked?.decision === "approve";

  async function decide({ correction, decision }: Asked): Promise<void> {
    const params = { path: { correction_id: correction.id } };
    await of(
      api.POST("/v1/attendance/corrections/{correction_id}/decision", {
        params,
        body: { decision },
      }),
    );
    said.value = decision === "approve" ? E.approved() : E.rejected();
    await query.reload();
    onDecided?.();
  }

  return (
    <>
      {said.value && <Note tone="good">{said.value}</Note>}
      <Loaded query={query}>
        {(found) =>
          found.length === 0 ? (
            <Empty icon="check" title={E.none()}>
              {E.noneHint()}
            </Empty>
          ) : (
            <ul class="daily-cards">
              {found.map((each) => (
                <li key={each.id}>
                  <One
                    correction={each}
                    onAsk={(decision) => {
                      asking.value = { correction: each, decision };
                    }}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {asked && (
        <Confirm
          title={isApproval ? E.approveTitle() : E.rejectTitle()}
          action={isApproval ? E.approve() : E.reject()}
          kind={isApproval ? "main" : "danger"}
          onYes={() => decide(asked)}
          onClose={() => {
            asking.value = null;
          }}
        >
          <p class="strong">{becomes(asked.correction)}</p>
          <p>{isApproval ? E.approveHint() : E.rejectHint()}</p>
        </Confirm>
      )}
    </>
  );
}

interface OneProps {
  correction: Correction;
  onAsk: (decision: Decision) => void;
}

function One({ correction, onAsk }: OneProps) {
  const { student_name, class_name, day, reason, asked_by, created_at } = correction;
  const name = student_name ?? E.pupil();
  return (
    <Card aria-label={name}>
      <h2>{[name, class_name].filter(Boolean).join(" · ")}</h2>
      <p>{dayName(day)}</p>
      <p class="strong">{becomes(correction)}</p>
      <p>{reason}</p>
      <p class="muted small">{E.askedBy(asked_by ?? E.somebody(), moment(created_at))}</p>
      {correction.may_decide ? (
        <div class="across end">
          <Button kind="danger" onClick={() => onAsk("reject")}>
            {E.reject()}
          </Button>
          <Button kind="main" onClick={() => onAsk("approve")}>
            {E.approve()}
          </Button>
        </div>
      ) : (
        <p class="muted">{E.own()}</p>
      )}
    </Card>
  );
}

/** “Ca sáng: sửa thành đi muộn 12 phút” */
function becomes({ shift_name, state, late_minutes }: Correction): string {
  const words = state === "late" && late_minutes ? E.late(late_minutes) : stateName(state);
  return E.becomes(shift_name, words.toLowerCase());
}

/** What two people have decided of late, the newest first. */
export function DecidedCorrections({ school, after }: { school: number; after: number }) {
  const query = useQuery(`sua-xong/${school}`, async () => {
    const [rejected, effective] = await Promise.all([
      newest(school, "rejected"),
      newest(school, "effective"),
    ]);
    const agreed = effective.filter((each) => each.asked_by !== each.decided_by);
    return [...rejected, ...agreed].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, 20);
  });
  useNews(query);
  useEffect(() => void (after && query.reload()), [query, after]);
  const found = query.data.value ?? [];
  if (found.length === 0) return null;
  return (
    <Card aria-label={E.decided()}>
      <h2>{E.decided()}</h2>
      <ul class="plain-list">
        {found.map((each) => (
          <li key={each.id} class="row">
            <span class="grow">
              <strong>{each.student_name ?? E.pupil()}</strong>
              <span>{[dayName(each.day), becomes(each)].join(" · ")}</span>
              <span class="muted small">
                {E.decidedBy(each.decided_by ?? E.somebody(), moment(each.decided_at ?? ""))}
              </span>
            </span>
            <Badge tone={each.status === "effective" ? "good" : "bad"}>
              {each.status === "effective" ? E.wasApproved() : E.wasRejected()}
            </Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}

async function newest(school: number, state: "rejected" | "effective"): Promise<Correction[]> {
  const query = { school_id: school, state, limit: 100 };
  return (await of(api.GET("/v1/attendance/corrections", { params: { query } }))).items;
}
