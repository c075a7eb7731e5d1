/** Who may fetch a small child: the list, and a proposal to the school. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Avatar, Badge, Button, Card, Dialog, Empty, Loaded, Page } from "../../components/ui";
import { dayName } from "../../format";
import { C } from "../../i18n/common";
import { F } from "../../i18n/pickups";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { type Kin, kin } from "./kin";
import { PickupForm } from "./pickup_form";
import "./parent.css";

type Pickup = Schemas["Pickup"];

export default function PickupsPage({ params }: { params: Parameters }) {
  const who = kin(params.student ?? "");
  if (who && !who.isSelf) return <Pickups key={who.student_id} who={who} />;
  return (
    <Page title={C.notYours()} back="/">
      <Empty icon="person" title={C.notYours()} />
    </Page>
  );
}

function Pickups({ who }: { who: Kin }) {
  const path = { school_id: who.school_id, student_id: who.student_id };
  const query = useQuery(`pickups/${who.student_id}`, async () => {
    const asked = api.GET("/v1/schools/{school_id}/students/{student_id}/pickups", {
      params: { path },
    });
    return (await of(asked)).items;
  });
  const isAdding = useSignal(false);
  const ending = useSignal<Pickup | null>(null);

  async function add(body: Schemas["NewPickup"]): Promise<void> {
    await of(
      api.POST("/v1/schools/{school_id}/students/{student_id}/pickups", { params: { path }, body }),
    );
    isAdding.value = false;
    await query.reload();
  }

  async function end(pickup: Pickup): Promise<void> {
    await of(
      api.DELETE("/v1/schools/{school_id}/students/{student_id}/pickups/{pickup_id}", {
        params: { path: { ...path, pickup_id: pickup.id } },
      }),
    );
    await query.reload();
  }

  const asked = ending.value;
  return (
    <Page title={F.title()} back={`/con/${who.student_id}`}>
      <p class="muted">{F.about()}</p>
      <Loaded query={query}>
        {(found) =>
          found.length === 0 ? (
            <Empty icon="people" title={F.nobody()} />
          ) : (
            found.map((each) => (
              <Person
                key={each.id}
                pickup={each}
                onEnd={() => {
                  ending.value = each;
                }}
              />
            ))
          )
        }
      </Loaded>
      <Button
        kind="main"
        icon="plus"
        onClick={() => {
          isAdding.value = true;
        }}
      >
        {F.add()}
      </Button>
      {isAdding.value && (
        <Dialog
          title={F.add()}
          onClose={() => {
            isAdding.value = false;
          }}
        >
          <PickupForm onSend={add} />
        </Dialog>
      )}
      {asked && (
        <Confirm
          title={F.endAsk(asked.name)}
          action={F.end()}
          onYes={() => end(asked)}
          onClose={() => {
            ending.value = null;
          }}
        >
          <p>{F.endHint()}</p>
        </Confirm>
      )}
    </Page>
  );
}

const TONES = { approved: "good", proposed: "wait", refused: "bad" } as const;
const STATES = { approved: F.approved, proposed: F.proposed, refused: F.refused } as const;

function daysOf({ from_day, to_day }: Pickup): string {
  if (from_day === to_day) return F.only(dayName(from_day));
  return to_day ? F.until(dayName(from_day), dayName(to_day)) : F.since(dayName(from_day));
}

function Person({ pickup, onEnd }: { pickup: Pickup; onEnd: () => void }) {
  const { name, relation, phone, photo_url, state, proposed_by: by } = pickup;
  return (
    <Card>
      <div class="who">
        <Avatar name={name} url={photo_url} />
        <span class="grow">
          <strong>{name}</strong>
          <span class="muted">{[F[relation](), phone].filter(Boolean).join(" · ")}</span>
        </span>
      </div>
      <p class="across">
        <Badge tone={TONES[state]}>{STATES[state]()}</Badge>
        <span class="muted small">
          {[daysOf(pickup), by ? F.by(by) : F.bySchool()].join(" · ")}
        </span>
      </p>
      {by && state !== "refused" && (
        <Button kind="quiet" class="start" icon="cross" onClick={onEnd}>
          {F.end()}
        </Button>
      )}
    </Card>
  );
}
