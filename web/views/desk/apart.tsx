/** Whether a pupil's guardians may write to the school apart from each other. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Badge, Button, Fault, Field, Loaded } from "../../components/ui";
import { moment } from "../../format";
import { R } from "../../i18n/desk_rules";
import { useQuery } from "../../query";

const PATH = "/v1/schools/{school_id}/students/{student_id}/separate-threads";

export default function Apart({ school, student }: { school: number; student: string }) {
  const path = { school_id: school, student_id: student };
  const query = useQuery(`rieng/${student}`, () => of(api.GET(PATH, { params: { path } })), {
    keeps: false,
  });
  const sending = useSending();
  const reason = useSignal("");
  const isChecked = useSignal(false);
  return (
    <section class="stack-small" aria-label={R.apart()}>
      <h3>{R.apart()}</h3>
      <p class="muted small">{R.apartHint()}</p>
      <Loaded query={query}>
        {(found) =>
          found.is_set ? (
            <>
              <p class="across">
                <Badge tone="wait">{R.isApart()}</Badge>
                <span>{found.reason}</span>
              </p>
              {found.set_at && (
                <p class="muted small">{R.setBy(found.set_by ?? "", moment(found.set_at))}</p>
              )}
              <p class="hint">{R.liftHint()}</p>
              <Button
                busy={sending.busy.value}
                onClick={() =>
                  void sending.run(async () => {
                    await of(api.DELETE(PATH, { params: { path } }));
                    await query.reload();
                  })
                }
              >
                {R.liftApart()}
              </Button>
              <Fault error={sending.failure.value} />
            </>
          ) : (
            <Form
              sending={sending}
              check={() => {
                isChecked.value = true;
                return reason.peek().trim() !== "";
              }}
              onSend={async () => {
                const body = { reason: reason.peek().trim() };
                query.data.value = await of(api.PUT(PATH, { params: { path }, body }));
              }}
            >
              <p>
                <Badge>{R.isTogether()}</Badge>
              </p>
              <Field
                label={R.reason()}
                maxLength={500}
                value={reason.value}
                fault={isChecked.value && !reason.value.trim() ? R.reasonMissing() : null}
                onInput={(event) => {
                  reason.value = event.currentTarget.value;
                }}
              />
              <Button type="submit" busy={sending.busy.value}>
                {R.setApart()}
              </Button>
            </Form>
          )
        }
      </Loaded>
    </section>
  );
}
