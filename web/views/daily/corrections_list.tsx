/** Corrections of a past month that wait for somebody who has not asked for them. */

import { useSignal } from "@preact/signals";
import { all, api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Button, Card, Empty, Loaded, Note } from "../../components/ui";
import { dayName, moment } from "../../format";
import { E } from "../../i18n/second_person";
import { useQuery } from "../../query";
import { stateName } from "../classes/words";
import "./daily.css";

type Correction = Schemas["DayCorrection"];
type Decision = "approve" | "reject";

interface Asked {
  correction: Correction;
  decision: Decision;
}

export function WaitingCorrections({ school }: { school: number }) {
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
