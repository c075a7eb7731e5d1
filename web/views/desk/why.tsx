/** A reason that is recorded: typed, or one of the usual ones. */

import type { Signal } from "@preact/signals";
import { Reason } from "../../components/reason";
import { W } from "../../i18n/desk_office";

interface Props {
  reason: Signal<string>;
  fault: string | null;
  usual?: readonly string[];
}

export function WhyField({ reason, fault, usual = [] }: Props) {
  return (
    <Reason
      class="desk-chips"
      label={W.reason()}
      usual={usual}
      value={reason.value}
      maxLength={500}
      fault={fault}
      onChange={(words) => {
        reason.value = words;
      }}
    />
  );
}
