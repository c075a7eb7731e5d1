/** Leave that nobody of a school may decide: it is the department's. */

import { Page } from "../../components/ui";
import { Z } from "../../i18n/department";
import type { Parameters } from "../../router";
import { AllLeave } from "../leave/all";
import { isForMe, useLeaveOf } from "../leave/of_school";

export default function DepartmentLeave({ params }: { params: Parameters }) {
  const query = useLeaveOf(Number(params.school));
  return (
    <Page title={Z.leaveTitle()} back="/so/ngay" wide>
      <p class="muted">{Z.leaveLead()}</p>
      <AllLeave query={query} isWaiting={isForMe} restTitle={Z.leaveDone()} />
    </Page>
  );
}
