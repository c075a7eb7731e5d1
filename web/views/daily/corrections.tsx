/** What another principal of the school has asked to correct in a past month. */

import { useSignal } from "@preact/signals";
import { E } from "../../i18n/second_person";
import type { Parameters } from "../../router";
import { DecidedCorrections, WaitingCorrections } from "./corrections_list";
import { DailyPage } from "./frame";

export default function Corrections({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const decided = useSignal(0);
  return (
    <DailyPage school={school} here="sua-diem-danh" title={E.title()}>
      <p class="muted">{E.lead()}</p>
      <WaitingCorrections
        school={school}
        onDecided={() => {
          decided.value += 1;
        }}
      />
      <DecidedCorrections school={school} after={decided.value} />
    </DailyPage>
  );
}
