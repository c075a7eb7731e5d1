/** Leave of the staff: what waits for the principal, and what was decided. */

import { D } from "../../i18n/daily";
import type { Parameters } from "../../router";
import { AllLeave } from "../leave/all";
import { DailyPage } from "./frame";
import { isForMe, useStaffLeave } from "./staff_leave";

export default function StaffLeave({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useStaffLeave(school);
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
