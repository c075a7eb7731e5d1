/** Groups that are written to: made, filled, and ended. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Form, useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Button, Card, Dialog, Empty, Fault, Field, Loaded, Note } from "../../components/ui";
import { count } from "../../format";
import { hat } from "../../hats";
import { C } from "../../i18n/common";
import { G } from "../../i18n/notices";
import { useQuery } from "../../query";
import { place } from "../../router";
import { BookPage, isPrincipalOf } from "./frame";
import { type Group, type Member, useGroups } from "./groups_api";
import { FindPerson, type Person } from "./people";

export default function Groups() {
  const school = Number(place.value.query.get("truong") ?? hat.value?.schoolId ?? 0);
  const query = useGroups(school);
  const isAdding = useSignal(false);
  const opened = useSignal<string | null>(null);
  const said = useSignal("");
  return (
    <BookPage
      school={school}
      here="groups"
      title={G.title()}
      actions={
        <Button kind="main" icon="plus" onClick={() => (isAdding.value = true)}>
          {G.add()}
        </Button>
      }
    >
      <p class="muted">{G.lead()}</p>
      {said.value && <Note tone="good">{said.value}</Note>}
      <Loaded query={query}>
        {(groups) =>
          groups.length === 0 ? (
            <Empty icon="people" title={G.none()}>
              {G.noneHint()}
            </Empty>
          ) : (
            <Card>
              <ul class="plain-list">
                {groups.map((group) => (
                  <li key={group.id}>
                    <Row group={group} onOpen={() => (opened.value = group.id)} />
                  </li>
                ))}
              </ul>
            </Card>
          )
        }
      </Loaded>
      {isAdding.value && (
        <NewGroup
          school={school}
          onMade={async (group) => {
            said.value = G.made(group.name);
            await query.reload();
            opened.value = group.id;
          }}
          onClose={() => (isAdding.value = false)}
        />
      )}
      {opened.value && (
        <GroupDialog
          key={opened.value}
          school={school}
          id={opened.value}
          onChanged={() => query.reload()}
          onEnded={async () => {
            said.value = G.ended();
            await query.reload();
          }}
          onClose={() => (opened.value = null)}
        />
      )}
    </BookPage>
  );
}

function Row({ group, onOpen }: { group: Group; onOpen: () => void }) {
  return (
    <button type="button" class="row" onClick={onOpen}>
      <Icon name="people" />
      <span class="grow">
        <strong>{group.name}</strong>
        <span class="muted small">{G.size(count(group.pupils), count(group.staff))}</span>
      </span>
      <Icon name="next" />
    </button>
  );
}

interface NewProps {
  school: number;
  onMade: (group: { id: string; name: string }) => Promise<void>;
  onClose: () => void;
}

function NewGroup({ school, onMade, onClose }: NewProps) {
  const sending = useSending();
  const name = useSignal("");
  const isMissing = useSignal(false);
  return (
    <Dialog title={G.add()} onClose={onClose}>
      <Form
        sending={sending}
        check={() => {
          isMissing.value = !name.peek().trim();
          return !isMissing.peek();
        }}
        onSend={async () => {
          const params = { path: { school_id: school } };
          const body = { name: name.peek().trim(), students: [], staff: [] };
          const made = await of(api.POST("/v1/schools/{school_id}/groups", { params, body }));
          onClose();
          await onMade(made);
        }}
      >
        <Field
          label={G.name()}
          maxLength={80}
          value={name.value}
          fault={isMissing.value ? G.nameMissing() : null}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {G.add()}
        </Button>
      </Form>
    </Dialog>
  );
}

interface DialogProps {
  school: number;
  id: string;
  onChanged: () => Promise<void>;
  onEnded: () => Promise<void>;
  onClose: () => void;
}

function GroupDialog({ school, id, onChanged, onEnded, onClose }: DialogProps) {
  const path = { school_id: school, group_id: id };
  const query = useQuery(
    `nhom/${school}/${id}`,
    () => of(api.GET("/v1/schools/{school_id}/groups/{group_id}", { params: { path } })),
    { keeps: false },
  );
  const sending = useSending();
  const isEnding = useSignal(false);
  const kind = useSignal<Person["kind"]>("student");
  const file = query.data.value;
  const isPrincipal = isPrincipalOf(school);

  function change(work: () => Promise<unknown>): void {
    void sending.run(async () => {
      await work();
      await Promise.all([query.reload(), onChanged()]);
    });
  }

  function put(members: readonly Member[]): void {
    const idsOf = (kind: Member["person_kind"]) =>
      members.filter((each) => each.person_kind === kind).map((each) => each.person_id);
    const body = { students: idsOf("student"), staff: idsOf("staff") };
    change(() =>
      of(api.PUT("/v1/schools/{school_id}/groups/{group_id}/members", { params: { path }, body })),
    );
  }

  function add({ kind, id: person_id, name }: Person): void {
    const before = query.data.peek()?.members ?? [];
    if (before.some((each) => each.person_id === person_id)) return;
    put([...before, { person_kind: kind, person_id, name, class_name: null }]);
  }

  if (isEnding.value)
    return (
      <Confirm
        title={G.askEnd(file?.name ?? "")}
        action={G.end()}
        onYes={async () => {
          await of(api.DELETE("/v1/schools/{school_id}/groups/{group_id}", { params: { path } }));
          await onEnded();
        }}
        onClose={onClose}
      >
        <p>{G.endHint()}</p>
      </Confirm>
    );
  return (
    <Dialog title={file?.name ?? G.title()} onClose={onClose}>
      <Loaded query={query}>
        {({ members }) => (
          <>
            {members.length === 0 && <p class="muted">{G.noMembers()}</p>}
            <ul class="plain-list" aria-label={G.members()}>
              {members.map((each) => (
                <li key={each.person_id} class="row">
                  <span class="grow">
                    <strong>{each.name}</strong>
                    <span class="muted small">{each.class_name ?? G.staff()}</span>
                  </span>
                  <Button
                    kind="quiet"
                    icon="cross"
                    aria-label={G.dropMember(each.name)}
                    onClick={() => put(members.filter((one) => one !== each))}
                  />
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
      {isPrincipal && (
        <div class="segments">
          {(["student", "staff"] as const).map((each) => (
            <Button
              key={each}
              aria-pressed={kind.value === each}
              onClick={() => {
                kind.value = each;
              }}
            >
              {each === "student" ? G.pupil() : G.staff()}
            </Button>
          ))}
        </div>
      )}
      <FindPerson
        key={kind.value}
        school={school}
        kind={kind.value}
        label={kind.value === "student" ? G.addPupil() : G.addStaff()}
        onChoose={add}
      />
      <Fault error={sending.failure.value} />
      <div class="across desk-end">
        <Button kind="danger" onClick={() => (isEnding.value = true)}>
          {G.end()}
        </Button>
        <Button kind="main" onClick={onClose}>
          {C.close()}
        </Button>
      </div>
    </Dialog>
  );
}
