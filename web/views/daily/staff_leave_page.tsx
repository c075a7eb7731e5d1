/** Leave of the staff: what waits for the principal, and what was decided. */

import { D } from "../../i18n/daily";
import type { Parameters } from "../../router";
import { AllLeave } from "../leave/all";
import { isForMe, useLeaveOf } from "../leave/of_school";
import { DailyPage } from "./frame";

export default function StaffLeave({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useLeaveOf(school, "staff");
  return (
    <DailyPage school={school} here="don-nghi" title={D.leaveTitle()}>
      <AllLeave
        query={query}
        isWaiting={isForMe}
        hint={D.leaveNoneHint()}
        restTitle={D.leaveDone()}
      />
    </DailyPage>
  );
}
