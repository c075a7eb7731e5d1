/** Takes a notice back, with the reason that everybody reads who has received it. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Reason } from "../../components/reason";
import { Refusal } from "../../failure";
import { N } from "../../i18n/notices";

interface Props {
  id: string;
  onDone: () => Promise<void>;
  onClose: () => void;
}

export function Withdraw({ id, onDone, onClose }: Props) {
  const reason = useSignal("");
  const fault = useSignal<string | null>(null);
  return (
    <Confirm
      title={N.askWithdraw()}
      action={N.withdraw()}
      onYes={async () => {
        if (!reason.peek().trim()) {
          fault.value = N.reasonMissing();
          throw new Refusal(422, "", N.reasonMissing(), "", []);
        }
        const params = { path: { announcement_id: id } };
        const body = { reason: reason.peek().trim() };
        await of(
          api.POST("/v1/contact-book/announcements/{announcement_id}/withdrawal", {
            params,
            body,
          }),
        );
        await onDone();
      }}
      onClose={onClose}
    >
      <p>{N.withdrawHint()}</p>
      <Reason
        class="desk-chips"
        label={N.reason()}
        usual={[N.whyMistake(), N.whyChanged(), N.whyWrongPeople()]}
        value={reason.value}
        maxLength={500}
        fault={fault.value}
        onChange={(words) => {
          reason.value = words;
          fault.value = null;
        }}
      />
    </Confirm>
  );
}
