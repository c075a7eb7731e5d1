/** Who is not here in the shift that is on, and the phone number to ask where they are. */

import { useSignal } from "@preact/signals";
import { all, api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Badge, Button, Card, Empty, Fault, Loaded, Page } from "../../components/ui";
import { clock } from "../../format";
import { M } from "../../i18n/missing";
import { dialled } from "../../phone_words";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { usePolling } from "./polling";
import "./classes.css";

type Missing = Schemas["MissingShown"];
type Guardian = Schemas["GuardianToCall"];

const EVERY_MS = 30_000;

export default function MissingPage({ params }: { params: Parameters }) {
  const schoolId = Number(params.school);
  // Without one: of the whole school, for its principal.
  const classId = params.class;
  const query = useQuery(
    `vang/${schoolId}/${classId ?? ""}`,
    () =>
      all((cursor) =>
        api.GET("/v1/schools/{school_id}/missing", {
          params: {
            path: { school_id: schoolId },
            query: { class_id: classId, limit: 200, cursor },
          },
        }),
      ),
    // Whom to call is not kept on a phone.
    { keeps: false },
  );
  usePolling(query, EVERY_MS);
  return (
    <Page
      title={M.title()}
      back={classId ? `/lop/${schoolId}/${classId}` : `/truong/${schoolId}/hom-nay`}
    >
      <Loaded query={query}>
        {(missing) =>
          missing.length === 0 ? (
            <Empty icon="check" title={M.nobody()}>
              {M.nobodyHint()}
            </Empty>
          ) : (
            <>
              <p class="muted">{M.hint()}</p>
              <ul class="missing-list">
                {missing.map((each) => (
                  <li key={each.student_id}>
                    <Pupil pupil={each} schoolId={schoolId} withClass={!classId} />
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

interface PupilProps {
  pupil: Missing;
  schoolId: number;
  withClass: boolean;
}

function Pupil({ pupil, schoolId, withClass }: PupilProps) {
  return (
    <Card aria-label={pupil.name}>
      <div class="across">
        <strong class="grow">
          {[pupil.name, withClass ? pupil.class_name : null].filter(Boolean).join(" · ")}
        </strong>
        <Told pupil={pupil} />
      </div>
      {pupil.guardians.length === 0 && <p class="muted">{M.noGuardian()}</p>}
      {pupil.guardians.map((each) => (
        <Call
          key={each.guardian_id}
          guardian={each}
          studentId={pupil.student_id}
          schoolId={schoolId}
        />
      ))}
    </Card>
  );
}

/** What the family knows already: it is asked otherwise then. */
function Told({ pupil }: { pupil: Missing }) {
  if (pupil.told_at) return <Badge tone="bad">{M.toldAt(clock(pupil.told_at))}</Badge>;
  if (pupil.is_held) return <Badge tone="late">{M.held()}</Badge>;
  return <Badge>{M.notTold()}</Badge>;
}

const RELATIONS: Record<string, () => string> = {
  mother: M.mother,
  father: M.father,
  grandparent: M.grandparent,
  sibling: M.sibling,
};

interface CallProps {
  guardian: Guardian;
  studentId: string;
  schoolId: number;
}

/** The number comes when it is asked for, and that is put down. */
function Call({ guardian, studentId, schoolId }: CallProps) {
  const sending = useSending();
  const phone = useSignal<string | null>(null);
  const relation = (RELATIONS[guardian.relation] ?? M.relative)();
  async function look(): Promise<void> {
    const params = { path: { school_id: schoolId, student_id: studentId } };
    const body = { guardian_id: guardian.guardian_id };
    const found = await of(
      api.POST("/v1/schools/{school_id}/students/{student_id}/calls", { params, body }),
    );
    phone.value = found.phone;
  }
  return (
    <div class="row missing-call" aria-live="polite">
      <span class="grow">
        <span>{guardian.name}</span>
        <span class="muted small">{relation}</span>
      </span>
      {phone.value ? (
        <a class="button main" href={`tel:${phone.value}`}>
          <Icon name="call" />
          {M.callNumber(dialled(phone.value))}
        </a>
      ) : (
        <Button
          icon="call"
          busy={sending.busy.value}
          aria-label={M.lookUp(guardian.name)}
          onClick={() => void sending.run(look)}
        >
          {M.call()}
        </Button>
      )}
      <Fault error={sending.failure.value} />
    </div>
  );
}
