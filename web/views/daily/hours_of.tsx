/** One person's days of a month, where a forgotten check-out is put down. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Empty, Field, Loaded, Note, Page } from "../../components/ui";
import { dayName } from "../../format";
import { H } from "../../i18n/hours";
import { G } from "../../i18n/staff_hours";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { DayCard, Sums } from "../checkin/hours_parts";
import { monthName } from "../checkin/months";
import { Select } from "../office/inputs";
import { dailyPath } from "./frame";
import { type HoursCorrection, PutDown, Void } from "./hours_void";

export default function HoursOf({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const month = params.month ?? "";
  const staff = params.staff ?? "";
  const fixing = useSignal<string | null>(null);
  const voiding = useSignal<HoursCorrection | null>(null);
  const said = useSignal("");
  const query = useQuery(
    `gio-cong/${school}/${month}/${staff}`,
    async () => {
      const params = { path: { school_id: school }, query: { month, staff_id: staff } };
      const page = await of(api.GET("/v1/schools/{school_id}/staff-hours", { params }));
      return page.items[0] ?? null;
    },
    { keeps: false },
  );
  return (
    <Page title={query.data.value?.name ?? G.title()} back={dailyPath(school, "gio-cong")} wide>
      <p class="strong">{monthName(month)}</p>
      {said.value && <Note tone="good">{said.value}</Note>}
      <Loaded query={query}>
        {(found) =>
          found?.days?.length ? (
            <>
              <Sums totals={found.totals} />
              <ul class="daily-cards">
                {[...found.days].reverse().map((day) => (
                  <li key={day.day}>
                    <DayCard day={day}>
                      <PutDown
                        day={day}
                        onVoid={(correction) => {
                          voiding.value = correction;
                        }}
                      />
                      <Button
                        aria-label={G.fixDay(dayName(day.day))}
                        onClick={() => {
                          fixing.value = day.day;
                        }}
                      >
                        {G.fix()}
                      </Button>
                    </DayCard>
                  </li>
                ))}
              </ul>
            </>
          ) : (
            <Empty icon="clock" title={H.none()} />
          )
        }
      </Loaded>
      {fixing.value && (
        <Fix
          school={school}
          staff={staff}
          day={fixing.value}
          onFixed={async () => {
            said.value = G.fixed();
            await query.reload();
          }}
          onClose={() => {
            fixing.value = null;
          }}
        />
      )}
      {voiding.value && (
        <Void
          school={school}
          staff={staff}
          correction={voiding.value}
          onVoided={async () => {
            said.value = G.voided();
            await query.reload();
          }}
          onClose={() => {
            voiding.value = null;
          }}
        />
      )}
    </Page>
  );
}

interface FixProps {
  school: number;
  staff: string;
  day: string;
  onFixed: () => Promise<void>;
  onClose: () => void;
}

function Fix({ school, staff, day, onFixed, onClose }: FixProps) {
  const sending = useSending();
  const kind = useSignal<"in" | "out">("out");
  const at = useSignal("");
  const reason = useSignal("");
  const isChecked = useSignal(false);
  return (
    <Dialog title={G.fixDay(dayName(day))} onClose={onClose}>
      <Form
        sending={sending}
        check={() => {
          isChecked.value = true;
          return Boolean(at.peek() && reason.peek().trim());
        }}
        onSend={async () => {
          const params = { path: { school_id: school, staff_id: staff } };
          const body = { day, kind: kind.peek(), at: at.peek(), reason: reason.peek().trim() };
          await of(
            api.POST("/v1/schools/{school_id}/staff/{staff_id}/hours-corrections", {
              params,
              body,
            }),
          );
          await onFixed();
          onClose();
        }}
      >
        <Select
          label={G.fixKind()}
          value={kind}
          options={[
            ["out", G.fixOut()],
            ["in", G.fixIn()],
          ]}
        />
        <Field
          label={G.fixAt()}
          type="time"
          value={at.value}
          fault={isChecked.value && !at.value ? G.fixAtMissing() : null}
          onInput={(event) => {
            at.value = event.currentTarget.value;
          }}
        />
        <Field
          label={G.fixWhy()}
          hint={G.fixWhyHint()}
          maxLength={500}
          value={reason.value}
          fault={isChecked.value && !reason.value.trim() ? G.fixWhyMissing() : null}
          onInput={(event) => {
            reason.value = event.currentTarget.value;
          }}
        />
        <Button type="submit" kind="main" busy={sending.busy.value}>
          {G.fix()}
        </Button>
      </Form>
    </Dialog>
  );
}
