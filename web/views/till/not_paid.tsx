/** What a sum may be other than a family's payment: counted twice, never come, the school's own. */

import { useSignal } from "@preact/signals";
import { Button } from "../../components/ui";
import { V } from "../../i18n/till_deposit";
import { X } from "../../i18n/till_strike";
import { DepositForm, useBoxes } from "./deposit_form";
import type { FundShown } from "./fund";
import { canBeStruck, StrikeForm } from "./strike_form";

interface Props {
  shown: FundShown;
  onSaved: (words: string) => Promise<void>;
}

export function NotPaid({ shown, onSaved }: Props) {
  const asking = useSignal<"strike" | "deposit" | null>(null);
  const [box, ...others] = useBoxes(shown);
  const onClose = () => {
    asking.value = null;
  };
  return (
    <>
      {canBeStruck(shown) && (
        <Button
          kind="quiet"
          class="till-start"
          icon="undo"
          onClick={() => (asking.value = "strike")}
        >
          {shown.alike.length > 0 ? X.open() : X.openMissing()}
        </Button>
      )}
      {box && (
        <Button
          kind="quiet"
          class="till-start"
          icon="undo"
          onClick={() => (asking.value = "deposit")}
        >
          {V.open()}
        </Button>
      )}
      {asking.value === "strike" && (
        <StrikeForm shown={shown} onClose={onClose} onSaved={() => onSaved(X.asked())} />
      )}
      {asking.value === "deposit" && box && (
        <DepositForm
          shown={shown}
          boxes={[box, ...others]}
          onClose={onClose}
          onSaved={() => onSaved(V.asked())}
        />
      )}
    </>
  );
}
