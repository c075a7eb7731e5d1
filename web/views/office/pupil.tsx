/** One pupil: the card, the picture, and who is told. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { later } from "../../components/later";
import { Avatar, Badge, Button, Dialog, Field, Loaded, Note } from "../../components/ui";
import { K } from "../../i18n/office_classes";
import { dialled } from "../../phone_words";
import { useQuery } from "../../query";
import type { Pupil } from "./lists";
import { PupilPhoto } from "./pupil_photo";

const Apart = later(() => import("../desk/apart"));

interface Props {
  school: number;
  pupil: Pupil;
  onClose: () => void;
  onChanged: () => Promise<void>;
}

export function PupilDialog({ school, pupil, onClose, onChanged }: Props) {
  const isApart = useSignal(false);
  const born = pupil.born_on?.split("-").reverse().join("/");
  return (
    <Dialog title={pupil.name} onClose={onClose}>
      <div class="across">
        <Avatar name={pupil.name} url={pupil.photo_url} big />
        <div class="grow stack-small">
          <p>{pupil.class_name}</p>
          {born && <p class="muted">{K.born(born)}</p>}
          {pupil.moet_code && <p class="muted">{K.code(pupil.moet_code)}</p>}
        </div>
      </div>
      <PupilCard school={school} pupil={pupil} onChanged={onChanged} />
      <PupilPhoto school={school} pupil={pupil} onChanged={onChanged} />
      <Guardians school={school} pupil={pupil} />
      {isApart.value ? (
        <Apart school={school} student={pupil.id} />
      ) : (
        <Button icon="chat" onClick={() => (isApart.value = true)}>
          {K.apart()}
        </Button>
      )}
    </Dialog>
  );
}

type PartProps = Omit<Props, "onClose">;

function PupilCard({ school, pupil, onChanged }: PartProps) {
  const asks = useSignal<"reissue" | "revoke" | null>(null);
  const done = useSignal("");
  const reason = useSignal(K.lost());
  const path = { school_id: school, student_id: pupil.id };
  const address = "/v1/schools/{school_id}/students/{student_id}/card";

  async function reissue(): Promise<void> {
    await of(api.POST(address, { params: { path } }));
    await onChanged();
    done.value = K.reissued();
  }

  async function revoke(): Promise<void> {
    const why = reason.value.trim() || K.lost();
    await of(api.DELETE(address, { params: { path, query: { reason: why } } }));
    await onChanged();
    done.value = K.revoked();
  }

  return (
    <section class="stack-small">
      <h3 class="across">
        {K.card()}
        <Badge tone={pupil.has_card ? "good" : "late"}>
          {pupil.has_card ? K.hasCard() : K.hasNoCard()}
        </Badge>
      </h3>
      <div class="across">
        <Button icon="card" onClick={() => (asks.value = "reissue")}>
          {pupil.has_card ? K.reissue() : K.firstCard()}
        </Button>
        {pupil.has_card && (
          <Button kind="danger" onClick={() => (asks.value = "revoke")}>
            {K.revoke()}
          </Button>
        )}
      </div>
      {done.value && <Note tone="good">{done.value}</Note>}
      {asks.value === "reissue" && (
        <Confirm
          title={K.reissueTitle(pupil.name)}
          action={pupil.has_card ? K.reissue() : K.firstCard()}
          kind="main"
          onYes={reissue}
          onClose={() => (asks.value = null)}
        >
          <p>{K.reissueHint()}</p>
        </Confirm>
      )}
      {asks.value === "revoke" && (
        <Confirm
          title={K.revokeTitle(pupil.name)}
          action={K.revoke()}
          onYes={revoke}
          onClose={() => (asks.value = null)}
        >
          <p>{K.revokeHint()}</p>
          <Field
            label={K.revokeReason()}
            name="reason"
            maxLength={200}
            value={reason.value}
            onInput={(event) => {
              reason.value = event.currentTarget.value;
            }}
          />
        </Confirm>
      )}
    </section>
  );
}

type Guardian = Schemas["Guardian"];

const TONES = {
  active: "good",
  invited: "wait",
  needs_proof: "late",
  needs_approval: "late",
} as const;

function Guardians({ school, pupil }: { school: number; pupil: Pupil }) {
  const path = { school_id: school, student_id: pupil.id };
  const load = async () =>
    (
      await of(
        api.GET("/v1/schools/{school_id}/students/{student_id}/guardians", { params: { path } }),
      )
    ).items;
  // Phone numbers: not kept on the phone.
  const query = useQuery(`guardians/${pupil.id}`, load, { keeps: false });
  return (
    <section class="stack-small">
      <h3>{K.guardians()}</h3>
      <Loaded query={query}>
        {(guardians) =>
          guardians.length ? (
            <ul class="plain-list">
              {guardians.map((each) => (
                <li key={each.id} class="row guardian">
                  <One guardian={each} path={path} onChanged={() => query.reload()} />
                </li>
              ))}
            </ul>
          ) : (
            <Note tone="late">{K.noGuardians()}</Note>
          )
        }
      </Loaded>
    </section>
  );
}

interface GuardianProps {
  guardian: Guardian;
  path: { school_id: number; student_id: string };
  onChanged: () => Promise<void>;
}

function One({ guardian, path, onChanged }: GuardianProps) {
  const asks = useSignal(false);
  async function approve(): Promise<void> {
    await of(
      api.POST("/v1/schools/{school_id}/students/{student_id}/guardians/{guardian_id}/approve", {
        params: { path: { ...path, guardian_id: guardian.id } },
      }),
    );
    await onChanged();
  }
  return (
    <>
      <span class="grow">
        <strong>{guardian.name}</strong>
        <span class="muted">
          {K[guardian.relation]()} · {dialled(guardian.phone)}
        </span>
      </span>
      {guardian.custody_blocked_at ? (
        <Badge tone="bad">{K.blocked()}</Badge>
      ) : (
        <Badge tone={TONES[guardian.state]}>{K[guardian.state]()}</Badge>
      )}
      {guardian.state === "needs_approval" && (
        <Button onClick={() => (asks.value = true)}>{K.approve()}</Button>
      )}
      {asks.value && (
        <Confirm
          title={K.approveTitle(guardian.name)}
          action={K.approve()}
          kind="main"
          onYes={approve}
          onClose={() => (asks.value = false)}
        >
          <p>{K.approveHint(dialled(guardian.phone))}</p>
        </Confirm>
      )}
    </>
  );
}
