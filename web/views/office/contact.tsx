/** The number that families call, a child's absence above all. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Card, Field, Loaded } from "../../components/ui";
import { C } from "../../i18n/common";
import { O } from "../../i18n/office";
import { dialled } from "../../phone_words";
import { useQuery } from "../../query";

export function Contact({ school }: { school: number }) {
  const path = { school_id: school };
  const query = useQuery(`lien-he/${school}`, () =>
    of(api.GET("/v1/schools/{school_id}", { params: { path } })),
  );
  const typed = useSignal<string | null>(null);
  const saved = useSignal(false);
  const sending = useSending();
  async function save(): Promise<void> {
    const phone = typed.peek()?.trim() || null;
    query.data.value = await of(
      api.PUT("/v1/schools/{school_id}/contact", { params: { path }, body: { phone } }),
    );
    typed.value = null;
    saved.value = true;
  }
  return (
    <Card aria-label={O.contact()}>
      <h2>{O.contact()}</h2>
      <Loaded query={query}>
        {({ phone }) => (
          <Form sending={sending} onSend={save}>
            <Field
              type="tel"
              label={O.contactPhone()}
              hint={saved.value ? O.contactSaved() : O.contactHint()}
              maxLength={20}
              value={typed.value ?? (phone ? dialled(phone) : "")}
              onInput={(event) => {
                typed.value = event.currentTarget.value;
                saved.value = false;
              }}
            />
            {typed.value !== null && (
              <Button type="submit" kind="main" busy={sending.busy.value}>
                {C.save()}
              </Button>
            )}
          </Form>
        )}
      </Loaded>
    </Card>
  );
}
