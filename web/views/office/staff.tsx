/** Who works in the school, and what to do when a phone is lost. */

import "./classes.css";
import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Icon } from "../../components/icons";
import { later } from "../../components/later";
import { Button, Dialog, Empty, Field, Loaded, Note } from "../../components/ui";
import { count, plain } from "../../format";
import { W } from "../../i18n/office_staff";
import { dialled } from "../../phone_words";
import type { Parameters } from "../../router";
import { type Staff, useClasses, useStaff } from "./lists";
import { OfficePage, pathOf } from "./office";
import { StaffForm } from "./staff_form";

type Open = { what: "add" } | { what: "edit" | "view"; id: string };

export default function StaffPage({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useStaff(school);
  const open = useSignal<Open | null>(null);
  const now = open.value;
  const chosen =
    now && now.what !== "add" ? query.data.value?.find((each) => each.id === now.id) : undefined;
  const close = () => {
    open.value = null;
  };
  return (
    <OfficePage school={school} here="can-bo" title={W.title()}>
      <p class="muted">{W.lead()}</p>
      <div class="across">
        <Button kind="main" icon="plus" onClick={() => (open.value = { what: "add" })}>
          {W.add()}
        </Button>
        <a class="button" href={pathOf(school, "nhap", "can-bo")}>
          {W.import()}
        </a>
      </div>
      <Loaded query={query}>
        {(staff) => (
          <List
            school={school}
            staff={staff.filter((each) => !each.ended_at)}
            onOpen={(id) => (open.value = { what: "view", id })}
          />
        )}
      </Loaded>
      {chosen && now?.what === "view" && (
        <StaffDialog
          school={school}
          person={chosen}
          onClose={close}
          onEdit={() => (open.value = { what: "edit", id: chosen.id })}
          onChanged={() => query.reload()}
        />
      )}
      {(now?.what === "add" || (chosen && now?.what === "edit")) && (
        <StaffForm
          school={school}
          changed={chosen ?? null}
          onClose={close}
          onSaved={() => query.reload()}
        />
      )}
    </OfficePage>
  );
}

interface ListProps {
  school: number;
  staff: Staff[];
  onOpen: (id: string) => void;
}

function List({ school, staff, onOpen }: ListProps) {
  const typed = useSignal("");
  const classes = useClasses(school).data.value ?? [];
  const wanted = plain(typed.value.trim());
  const found = staff.filter((each) => plain(each.name).includes(wanted));
  if (!staff.length) return <Empty icon="people" title={W.none()} />;
  return (
    <>
      <Field
        label={W.find()}
        type="search"
        name="find"
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      {!found.length && <p class="muted">{W.noneFound()}</p>}
      <ul class="plain-list pupil-list">
        {found.map((each) => {
          const led = classes.filter(({ id }) => each.homeroom_class_ids.includes(id));
          const names = led.map(({ name }) => name).join(", ");
          return (
            <li key={each.id}>
              <button type="button" class="row" onClick={() => onOpen(each.id)}>
                <span class="grow">
                  <strong>{each.name}</strong>
                  <span class="muted small">
                    {[rolesOf(each), names && W.leads(names)].filter(Boolean).join(" · ")}
                  </span>
                </span>
                <Icon name="next" />
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function rolesOf(person: Staff): string {
  return person.roles.map((role) => W[role]()).join(", ");
}

const StandIn = later(() => import("../desk/stand_in"));
const TEACHERS: readonly string[] = ["homeroom_teacher", "subject_teacher"];

interface DialogProps {
  school: number;
  person: Staff;
  onClose: () => void;
  onEdit: () => void;
  onChanged: () => Promise<void>;
}

function StaffDialog({ school, person, onClose, onEdit, onChanged }: DialogProps) {
  const asks = useSignal<"signOut" | "newPhone" | "standIn" | "end" | null>(null);
  const done = useSignal("");
  const path = { school_id: school, staff_id: person.id };
  const stop = () => {
    asks.value = null;
  };

  async function signOut(): Promise<void> {
    const address = "/v1/schools/{school_id}/staff/{staff_id}/revoke-sessions";
    const { revoked } = await of(api.POST(address, { params: { path } }));
    done.value = W.signedOut(count(revoked));
  }

  async function clearPhone(): Promise<void> {
    const address = "/v1/schools/{school_id}/staff/{staff_id}/device-binding";
    await of(api.DELETE(address, { params: { path } }));
    done.value = W.newPhoneDone();
  }

  async function end(): Promise<void> {
    await of(api.DELETE("/v1/schools/{school_id}/staff/{staff_id}", { params: { path } }));
    await onChanged();
    onClose();
  }

  return (
    <Dialog title={person.name} onClose={onClose}>
      <div class="stack-small">
        <p>{rolesOf(person)}</p>
        {person.phone && <p class="muted">{dialled(person.phone)}</p>}
      </div>
      {done.value && <Note tone="good">{done.value}</Note>}
      <div class="stack-small">
        <Button onClick={onEdit}>{W.edit()}</Button>
        <Button icon="phone" onClick={() => (asks.value = "signOut")}>
          {W.signOut()}
        </Button>
        <Button onClick={() => (asks.value = "newPhone")}>{W.newPhone()}</Button>
        {person.roles.some((role) => TEACHERS.includes(role)) && (
          <Button icon="chat" onClick={() => (asks.value = "standIn")}>
            {W.standIn()}
          </Button>
        )}
        <Button kind="danger" onClick={() => (asks.value = "end")}>
          {W.end()}
        </Button>
      </div>
      {asks.value === "standIn" && <StandIn school={school} staff={person.id} />}
      {asks.value === "signOut" && (
        <Confirm
          title={W.signOutTitle(person.name)}
          action={W.signOutYes()}
          onYes={signOut}
          onClose={stop}
        >
          <p>{W.signOutHint()}</p>
        </Confirm>
      )}
      {asks.value === "newPhone" && (
        <Confirm
          title={W.newPhoneTitle(person.name)}
          action={W.newPhone()}
          kind="main"
          onYes={clearPhone}
          onClose={stop}
        >
          <p>{W.newPhoneHint()}</p>
        </Confirm>
      )}
      {asks.value === "end" && (
        <Confirm title={W.endTitle(person.name)} action={W.end()} onYes={end} onClose={stop}>
          <p>{W.endHint()}</p>
        </Confirm>
      )}
    </Dialog>
  );
}
