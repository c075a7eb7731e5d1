/** All leave of a class: what waits, and what was decided. */

import { useSignal } from "@preact/signals";
import { Card, Empty, Loaded, Page } from "../../components/ui";
import { V } from "../../i18n/leave";
import type { Parameters } from "../../router";
import { LeaveDialog, LeaveRows, LeaveToDecide } from "../leave/deciding";
import type { LeaveRequest } from "../leave/requests";
import "./classes.css";
import { put, useClassLeave } from "./leave";

export default function LeavePage({ params }: { params: Parameters }) {
  const schoolId = Number(params.school);
  const classId = params.class ?? "";
  const query = useClassLeave({ schoolId, classId }, null);
  const opened = useSignal<LeaveRequest | null>(null);
  return (
    <Page title={V.requests()} back={`/lop/${schoolId}/${classId}`}>
      <Loaded query={query}>
        {(requests) => {
          const waiting = requests.filter((each) => each.state === "pending");
          const rest = requests.filter((each) => each.state !== "pending");
          return (
            <>
              <LeaveToDecide
                requests={waiting}
                title={V.toDecide()}
                withClass={false}
                onDecided={(after) => put(query, after)}
              />
              {requests.length === 0 && <Empty icon="file" title={V.nothingToDecide()} />}
              {rest.length > 0 && (
                <Card>
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
          onDecided={(after) => put(query, after)}
          onClose={() => {
            opened.value = null;
          }}
        />
      )}
    </Page>
  );
}
