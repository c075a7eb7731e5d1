/** The card is lost: it is worthless from that moment, so it is asked twice. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Button, Note } from "../../components/ui";
import { D } from "../../i18n/child";
import type { Kin } from "./kin";

export function LostCard({ who }: { who: Kin }) {
  const step = useSignal<"none" | "asking" | "done">("none");
  async function revoke(): Promise<void> {
    const params = { path: { student_id: who.student_id } };
    await of(api.POST("/v1/students/{student_id}/card/loss", { params, body: {} }));
    step.value = "done";
  }
  return (
    <>
      {step.value === "done" ? (
        <Note tone="late">{D.cardLostDone()}</Note>
      ) : (
        <Button
          icon="card"
          onClick={() => {
            step.value = "asking";
          }}
        >
          {D.cardLost()}
        </Button>
      )}
      {step.value === "asking" && (
        <Confirm
          title={D.cardLostAsk(who.name)}
          action={D.cardLostDo()}
          onYes={revoke}
          onClose={() => {
            if (step.peek() === "asking") step.value = "none";
          }}
        >
          <p>{D.cardLostHint()}</p>
        </Confirm>
      )}
    </>
  );
}
