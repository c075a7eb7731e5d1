/** The last question before a card is worth nothing any more. */

import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { X } from "../../i18n/lost_card";
import type { Kin } from "./kin";

interface Props {
  who: Kin;
  onDone: () => void;
  onClose: () => void;
}

export default function AskLost({ who, onDone, onClose }: Props) {
  async function revoke(): Promise<void> {
    const params = { path: { student_id: who.student_id } };
    await of(api.POST("/v1/students/{student_id}/card/loss", { params, body: {} }));
    onDone();
  }
  return (
    <Confirm
      title={X.cardLostAsk(who.name)}
      action={X.cardLostDo()}
      onYes={revoke}
      onClose={onClose}
    >
      <p>{X.cardLostHint()}</p>
    </Confirm>
  );
}
