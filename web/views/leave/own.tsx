/** A member of staff's own leave. */

import { Page } from "../../components/ui";
import { hat } from "../../hats";
import { V } from "../../i18n/leave";
import { LeaveDesk } from "./desk";

export default function OwnLeave() {
  const { schoolId = null, personId = null } = hat.value ?? {};
  if (schoolId === null || personId === null) return null;
  return (
    <Page title={V.askOwn()} back="/cham-cong">
      <LeaveDesk key={schoolId} asker={{ kind: "staff", schoolId, personId }} day={null} mayAsk />
    </Page>
  );
}
