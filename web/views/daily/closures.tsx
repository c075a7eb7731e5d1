/** A school's closures: its principal closes it, and opens it again. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Loaded } from "../../components/ui";
import { hats } from "../../hats";
import { K } from "../../i18n/closing";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { Closures, Declare } from "./closures_list";
import { DailyPage } from "./frame";

export default function SchoolClosures({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const isDeclaring = useSignal(false);
  // How many pupils there are: as many families are told.
  const query = useQuery(`nghi-si-so/${school}`, () =>
    of(
      api.GET("/v1/schools/{school_id}/monitor/today", { params: { path: { school_id: school } } }),
    ),
  );
  const name = hats.value.find((each) => each.schoolId === school)?.schoolName ?? "";
  return (
    <DailyPage
      school={school}
      here="nghi-dot-xuat"
      title={K.title()}
      actions={<Declare isDeclaring={isDeclaring} disabled={query.data.value === null} />}
    >
      <p class="muted">{K.lead()}</p>
      <Loaded query={query}>
        {({ pupils }) => (
          <Closures
            school={school}
            places={[{ schoolId: school, unitId: null, name, schools: 1, pupils }]}
            isDeclaring={isDeclaring}
          />
        )}
      </Loaded>
    </DailyPage>
  );
}
