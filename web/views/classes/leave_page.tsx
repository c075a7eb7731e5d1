/** All leave of a class: what waits, and what was decided. */

import { Page } from "../../components/ui";
import { V } from "../../i18n/leave";
import type { Parameters } from "../../router";
import { AllLeave } from "../leave/all";
import "./classes.css";
import { useClassLeave } from "./leave";

export default function LeavePage({ params }: { params: Parameters }) {
  const schoolId = Number(params.school);
  const classId = params.class ?? "";
  const query = useClassLeave({ schoolId, classId }, null);
  return (
    <Page title={V.requests()} back={`/lop/${schoolId}/${classId}`}>
      <AllLeave query={query} isWaiting={(each) => each.state === "pending"} />
    </Page>
  );
}
