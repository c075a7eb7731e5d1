/** Leave of the staff: what waits for the principal, and what was decided. */

import { useSignal } from "@preact/signals";
import { Card, Empty, Loaded } from "../../components/ui";
import { D } from "../../i18n/daily";
import { V } from "../../i18n/leave";
import type { Parameters } from "../../router";
import { LeaveDialog, LeaveRows, LeaveToDecide } from "../leave/deciding";
import type { LeaveRequest } from "../leave/requests";
import { DailyPage } from "./frame";
import { isForMe, useStaffLeave } from "./staff_leave";

export default function StaffLeave({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useStaffLeave(school);
  const opened = useSignal<LeaveRequest | null>(null);
  const put = (after: LeaveRequest) => {
    const found = query.data.peek() ?? [];
    query.data.value = found.map((each) => (each.id === after.id ? after : each));
  };
  return (
    <DailyPage school={school} here="don-nghi" title={D.leaveTitle()}>
      <Loaded query={query}>
        {(requests) => {
          const rest = requests.filter((each) => !isForMe(each));
          return (
            <>
              <LeaveToDecide
                requests={requests.filter(isForMe)}
                title={V.toDecide()}
                withClass={false}
                onDecided={put}
              />
              {requests.length === 0 && (
                <Empty icon="file" title={V.nothingToDecide()}>
                  {D.leaveNoneHint()}
                </Empty>
              )}
              {rest.length > 0 && (
                <Card aria-label={D.leaveDone()}>
                  <h2>{D.leaveDone()}</h2>
                  <LeaveRows
                    requests={rest}
                    withClass={false}
                    onOpen={(request) => {
                      opened.value = request;
                    }}
                  />
                </Card>
              )}
            </>
          );
        }}
      </Loaded>
      {opened.value && (
        <LeaveDialog
          request={opened.value}
          onDecided={put}
          onClose={() => {
            opened.value = null;
          }}
        />
      )}
    </DailyPage>
  );
}
