/** How far a school's news came. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { schoolDay } from "../../format";
import { F } from "../../i18n/deliveries";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { DailyPage } from "./frame";
import { FunnelView, SpanPicker } from "./funnel";
import { rangeOf, type Span } from "./funnel_model";

export default function Deliveries({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const span = useSignal<Span>(7);
  return (
    <DailyPage school={school} here="tin-da-gui" title={F.title()}>
      <p class="muted">{F.lead()}</p>
      <SpanPicker span={span} />
      <Days key={span.value} school={school} span={span.value} />
    </DailyPage>
  );
}

function Days({ school, span }: { school: number; span: Span }) {
  const range = rangeOf(span, schoolDay());
  const query = useQuery(`tin-da-gui/${school}/${range.from}/${range.to}`, () => {
    const params = { path: { school_id: school }, query: range };
    return of(api.GET("/v1/schools/{school_id}/deliveries/funnel", { params }));
  });
  return <FunnelView query={query} />;
}
