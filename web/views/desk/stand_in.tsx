/** Who reads and answers a teacher's messages for a time. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Field, Loaded } from "../../components/ui";
import { Refusal } from "../../failure";
import { moment } from "../../format";
import { R } from "../../i18n/desk_rules";
import { useQuery } from "../../query";
import { FindPerson, type Person } from "./people";

const PATH = "/v1/schools/{school_id}/staff/{staff_id}/stand-in";

interface Props {
  school: number;
  staff: string;
}

export default function StandIn({ school, staff }: Props) {
  const path = { school_id: school, staff_id: staff };
  const query = useQuery<{ now: Schemas["StandIn"] | null }>(
    `thay/${staff}`,
    async () => {
      try {
        return { now: await of(api.GET(PATH, { params: { path } })) };
      } catch (error) {
        if (error instanceof Refusal && error.status === 404) return { now: null };
        throw error;
      }
    },
    { keeps: false },
  );
  const sending = useSending();
  return (
    <section class="stack-small" aria-label={R.standIn()}>
      <h3>{R.standIn()}</h3>
      <p class="muted small">{R.standInHint()}</p>
      <Loaded query={query}>
        {({ now }) =>
          now ? (
            <>
              <p class="strong">{R.standsIn(now.stand_in_name, moment(now.until_at))}</p>
              <Button
                busy={sending.busy.value}
                onClick={() =>
                  void sending.run(async () => {
                    await of(api.DELETE(PATH, { params: { path } }));
                    query.data.value = { now: null };
                  })
                }
              >
                {R.end()}
              </Button>
            </>
          ) : (
            <Setting
              school={school}
              set={async (stand_in_id, day) => {
                const body = { stand_in_id, until_at: `${day}T23:59:00+07:00` };
                query.data.value = { now: await of(api.PUT(PATH, { params: { path }, body })) };
              }}
            />
          )
        }
      </Loaded>
    </section>
  );
}

interface SettingProps {
  school: number;
  set: (staffId: string, day: string) => Promise<void>;
}

function Setting({ school, set }: SettingProps) {
  const sending = useSending();
  const who = useSignal<Person | null>(null);
  const day = useSignal("");
  const isChecked = useSignal(false);
  return (
    <Form
      sending={sending}
      check={() => {
        isChecked.value = true;
        return who.peek() !== null && day.peek() !== "";
      }}
      onSend={() => set(who.peek()?.id ?? "", day.peek())}
    >
      <p class={who.value ? "strong" : "muted"}>
        {who.value ? R.who(who.value.name) : R.noStandIn()}
      </p>
      <FindPerson
        school={school}
        kind="staff"
        label={R.find()}
        onChoose={(person) => {
          who.value = person;
        }}
      />
      <Field
        label={R.until()}
        type="date"
        value={day.value}
        fault={isChecked.value && !(who.value && day.value) ? R.missing() : null}
        onInput={(event) => {
          day.value = event.currentTarget.value;
        }}
      />
      <Button type="submit" busy={sending.busy.value}>
        {R.set()}
      </Button>
    </Form>
  );
}
