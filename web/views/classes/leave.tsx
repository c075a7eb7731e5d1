/** The leave that families ask for in a class, as far as the caller decides on it. */

import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { V } from "../../i18n/leave";
import { onItem } from "../../live";
import { useQuery } from "../../query";
import { LeaveToDecide } from "../leave/deciding";
import { type LeaveRequest, put } from "../leave/requests";
import { answersFor } from "./disputes";
import { usePolling } from "./polling";

const EVERY_MS = 60_000;

interface Props {
  schoolId: number;
  /** null: every class of the caller's. */
  classId: string | null;
  onDecided?: () => void;
}

type State = LeaveRequest["state"];

export function useClassLeave({ schoolId, classId }: Props, state: State | null) {
  const query = useQuery(`don-lop/${schoolId}/${classId ?? ""}/${state ?? ""}`, async () => {
    const params = {
      query: {
        school_id: schoolId,
        class_id: classId ?? undefined,
        state: state ?? undefined,
        kind: "student" as const,
        limit: 200,
      },
    };
    return (await of(api.GET("/v1/leave-requests", { params }))).items;
  });
  usePolling(query, EVERY_MS);
  useEffect(() => onItem((item) => item.kind === "leave_asked" && void query.reload()), [query]);
  return query;
}

/** What waits; nothing for who decides nothing here. */
export function ClassLeave(props: Props) {
  return answersFor(props.schoolId, props.classId) ? <Waiting {...props} /> : null;
}

function Waiting({ schoolId, classId, onDecided }: Props) {
  const query = useClassLeave({ schoolId, classId }, "pending");
  const waiting = (query.data.value ?? []).filter((each) => each.state === "pending");
  return (
    <LeaveToDecide
      requests={waiting}
      title={V.toDecide()}
      withClass={classId === null}
      onDecided={(after) => {
        put(query, after);
        onDecided?.();
      }}
    />
  );
}
