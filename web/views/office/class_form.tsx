/** Adds or changes a class: its name, teacher and shifts. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Field, Note, Spinner } from "../../components/ui";
import { C } from "../../i18n/common";
import { O } from "../../i18n/office";
import { K } from "../../i18n/office_classes";
import { Select, Ticks } from "./inputs";
import { type SchoolClass, schoolYear, useCampuses, useShifts, useStaff } from "./lists";

interface Props {
  school: number;
  /** null: a new one. */
  changed?: SchoolClass;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

export function ClassForm(props: Props) {
  const campuses = useCampuses(props.school).data.value;
  const shifts = useShifts(props.school).data.value;
  const staff = useStaff(props.school).data.value;
  const title = props.changed ? K.edit() : K.addClass();
  return (
    <Dialog title={title} onClose={props.onClose}>
      {campuses && shifts && staff ? (
        <Fields
          {...props}
          campuses={campuses.map(({ id, name }) => [id, name])}
          shifts={shifts.map(({ id, name }) => [id, name])}
          staff={staff.map(({ id, name }) => [id, name])}
        />
      ) : (
        <Spinner />
      )}
    </Dialog>
  );
}

type Named = [id: string, name: string][];

interface FieldsProps extends Props {
  campuses: Named;
  shifts: Named;
  staff: Named;
}

function Fields({ school, changed, campuses, shifts, staff, onClose, onSaved }: FieldsProps) {
  const sending = useSending();
  const name = useSignal(changed?.name ?? "");
  const grade = useSignal(`${changed?.grade ?? ""}`);
  const campus = useSignal(changed?.campus_id ?? campuses[0]?.[0] ?? "");
  const homeroom = useSignal(changed?.homeroom_staff_id ?? "");
  const attended = useSignal<readonly string[]>(changed?.shift_ids ?? []);
  const tried = useSignal(false);
  const isGrade = /^\d{1,2}$/.test(grade.value) && Number(grade.value) <= 12;
  const nameFault = name.value.trim() ? "" : O.nameMissing();
  const gradeFault = isGrade ? "" : K.gradeFault();

  function check(): boolean {
    tried.value = true;
    return !nameFault && !gradeFault;
  }

  async function save(): Promise<void> {
    const body = {
      name: name.value.trim(),
      grade: Number(grade.value),
      campus_id: campus.value,
      homeroom_staff_id: homeroom.value || null,
      shift_ids: [...attended.value],
    };
    const path = { school_id: school };
    await of(
      changed
        ? api.PATCH("/v1/schools/{school_id}/classes/{class_id}", {
            params: { path: { ...path, class_id: changed.id } },
            body,
          })
        : api.POST("/v1/schools/{school_id}/classes", {
            params: { path },
            body: { ...body, school_year: schoolYear(), teachers: [] },
          }),
    );
    await onSaved();
    onClose();
  }

  if (!campuses.length) return <Note tone="late">{K.noCampus()}</Note>;
  return (
    <Form sending={sending} onSend={save} check={check}>
      <Field
        label={K.className()}
        hint={K.nameHint()}
        fault={tried.value ? nameFault : ""}
        name="name"
        maxLength={50}
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
      <Field
        label={K.grade()}
        hint={K.gradeHint()}
        fault={tried.value ? gradeFault : ""}
        name="grade"
        inputMode="numeric"
        value={grade.value}
        onInput={(event) => {
          grade.value = event.currentTarget.value.trim();
        }}
      />
      {campuses.length > 1 && <Select label={K.campus()} value={campus} options={campuses} />}
      <Select label={K.homeroom()} value={homeroom} options={[["", K.noneChosen()], ...staff]} />
      <Ticks label={K.shifts()} value={attended} options={shifts} />
      <Button kind="main" type="submit" busy={sending.busy.value}>
        {C.save()}
      </Button>
    </Form>
  );
}
