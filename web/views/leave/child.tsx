/** Leave of a child: asked for here, and every answer to it. */

import { Empty, Note, Page } from "../../components/ui";
import { C } from "../../i18n/common";
import { V } from "../../i18n/leave";
import { type Parameters, place } from "../../router";
import { me } from "../../session";
import { kin } from "../parent/kin";
import { LeaveDesk } from "./desk";

const DAY = /^\d{4}-\d\d-\d\d$/;

export default function ChildLeave({ params }: { params: Parameters }) {
  const studentId = params.student ?? "";
  const who = kin(studentId);
  if (!who || who.isSelf) {
    return (
      <Page title={C.notYours()} back="/">
        <Empty icon="person" title={C.notYours()} />
      </Page>
    );
  }
  const child = me.value?.children.find((each) => each.student_id === studentId);
  const wanted = place.value.query.get("ngay");
  return (
    <Page title={V.ask()} back={`/con/${studentId}`}>
      <p class="leave-who">
        <strong>{who.name}</strong>
        <span class="muted">{[who.class_name, who.school_name].filter(Boolean).join(" · ")}</span>
      </p>
      {child?.can_request_leave === false && <Note tone="wait">{V.mayNot()}</Note>}
      <LeaveDesk
        key={studentId}
        asker={{ kind: "student", studentId }}
        day={wanted && DAY.test(wanted) ? wanted : null}
        mayAsk={child?.can_request_leave ?? false}
      />
    </Page>
  );
}
