/** All requests of a class or of the staff: what waits for the caller, and the rest. */

import { useSignal } from "@preact/signals";
import { Card, Empty, Loaded } from "../../components/ui";
import { V } from "../../i18n/leave";
import type { Query } from "../../query";
import { LeaveDialog, LeaveRows, LeaveToDecide } from "./deciding";
import { type LeaveRequest, put } from "./requests";

interface Props {
  query: Query<LeaveRequest[]>;
  isWaiting: (request: LeaveRequest) => boolean;
  /** Where nobody has asked yet: what comes next. */
  hint?: string;
  /** Heading of what does not wait. */
  restTitle?: string;
}

export function AllLeave({ query, isWaiting, hint, restTitle }: Props) {
  const opened = useSignal<LeaveRequest | null>(null);
  const onDecided = (after: LeaveRequest) => put(query, after);
  return (
    <>
      <Loaded query={query}>
        {(requests) => {
          const rest = requests.filter((each) => !isWaiting(each));
          return (
            <>
              <LeaveToDecide
                requests={requests.filter(isWaiting)}
                title={V.toDecide()}
                withClass={false}
                onDecided={onDecided}
              />
              {requests.length === 0 && (
                <Empty icon="file" title={V.nothingToDecide()}>
                  {hint}
                </Empty>
              )}
              {rest.length > 0 && (
                <Card aria-label={restTitle}>
                  {restTitle && <h2>{restTitle}</h2>}
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
          onDecided={onDecided}
          onClose={() => {
            opened.value = null;
          }}
        />
      )}
    </>
  );
}
