/** The one phone that somebody checks in with. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { useSending } from "../../components/form";
import { Button, Card, Fault } from "../../components/ui";
import { moment } from "../../format";
import { O } from "../../i18n/checkin";
import type { Query } from "../../query";

export type Binding = Schemas["Binding"];

export function BindPhone({ binding, query }: { binding: Binding; query: Query<Binding> }) {
  const sending = useSending();
  const isAsking = useSignal(false);
  const isFirst = binding.device_id === null;

  async function bind(): Promise<void> {
    query.data.value = await of(api.POST("/v1/me/device-binding"));
    // The phone's copy, which is what there is without a network.
    void query.reload();
  }

  return (
    <Card>
      <h2>{O.bindTitle()}</h2>
      {!isFirst && <p>{O.boundOther(binding.device_name || O.unnamed())}</p>}
      <p>{O.bindHint()}</p>
      {binding.may_change_at && <p class="muted">{O.bindLater(moment(binding.may_change_at))}</p>}
      <Fault error={sending.failure.value} />
      {isFirst && (
        <Button kind="main" busy={sending.busy.value} onClick={() => void sending.run(bind)}>
          {O.bindDo()}
        </Button>
      )}
      {!isFirst && !binding.may_change_at && (
        <Button
          kind="main"
          onClick={() => {
            isAsking.value = true;
          }}
        >
          {O.bindInstead()}
        </Button>
      )}
      {isAsking.value && (
        <Confirm
          title={O.bindAskTitle()}
          action={O.bindInstead()}
          kind="main"
          onYes={bind}
          onClose={() => {
            isAsking.value = false;
          }}
        >
          <p>{O.bindAsk()}</p>
        </Confirm>
      )}
    </Card>
  );
}
