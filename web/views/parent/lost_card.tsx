/** The card is lost: it is worthless from that moment, so it is asked twice. */

import { useSignal } from "@preact/signals";
import { later } from "../../components/later";
import { Button, Note } from "../../components/ui";
import { D } from "../../i18n/child";
import type { Kin } from "./kin";

const AskLost = later(() => import("./lost_card_ask"));

export function LostCard({ who }: { who: Kin }) {
  const step = useSignal<"none" | "asking" | "done">("none");
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
        <AskLost
          who={who}
          onDone={() => {
            step.value = "done";
          }}
          onClose={() => {
            if (step.peek() === "asking") step.value = "none";
          }}
        />
      )}
    </>
  );
}
