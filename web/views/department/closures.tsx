/** The department closes a school, a ward, or all of the province. */

import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Loaded } from "../../components/ui";
import { K } from "../../i18n/closing";
import { useQuery } from "../../query";
import { Closures, Declare } from "../daily/closures_list";
import { type Chart, chartOf, placesOf } from "../daily/closures_model";
import { DepartmentPage } from "./frame";

export default function DepartmentClosures() {
  const isDeclaring = useSignal(false);
  const query = useQuery("nghi-noi", chartOf);
  return (
    <DepartmentPage
      here="/so/nghi"
      title={K.titleAll()}
      actions={<Declare isDeclaring={isDeclaring} disabled={query.data.value === null} />}
    >
      <p class="muted">{K.lead()}</p>
      <Loaded query={query}>{(chart) => <Places chart={chart} isDeclaring={isDeclaring} />}</Loaded>
    </DepartmentPage>
  );
}

interface Props {
  chart: Chart;
  isDeclaring: Signal<boolean>;
}

function Places({ chart, isDeclaring }: Props) {
  const places = useMemo(() => placesOf(chart), [chart]);
  return <Closures school={null} places={places} isDeclaring={isDeclaring} />;
}
