/** Less than the whole bill, where the school takes it; never more. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { MoneyField } from "../../components/money_field";
import { F } from "../../i18n/fees";
import { dong } from "../../money";

interface Props {
  most: number;
  choose: (amount: number) => void;
}

export default function Part({ most, choose }: Props) {
  const amount = useSignal<number | null>(most);
  useSignalEffect(() => choose(Math.min(amount.value ?? 0, most)));
  const isMore = (amount.value ?? 0) > most;
  return (
    <MoneyField label={F.amount()} value={amount} fault={isMore ? F.toPay(dong(most)) : null} />
  );
}
