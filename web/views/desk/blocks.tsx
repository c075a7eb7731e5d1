/** Guardians whose writing was stopped, and allowing them again. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Button, Card, Empty, Loaded } from "../../components/ui";
import { moment } from "../../format";
import { W } from "../../i18n/desk_office";
import { useQuery } from "../../query";
import { WhyField } from "./why";

type Block = Schemas["ThreadBlock"];

interface Props {
  school: number;
  onSaid: (words: string) => void;
}

export function Blocks({ school, onSaid }: Props) {
  const query = useQuery(
    `dung-nhan/${school}`,
    async () => {
      const params = { path: { school_id: school }, query: { limit: 100 } };
      return (await of(api.GET("/v1/schools/{school_id}/message-blocks", { params }))).items;
    },
    { keeps: false },
  );
  const lifting = useSignal<Block | null>(null);
  const reason = useSignal("");
  const block = lifting.value;
  return (
    <>
      <Loaded query={query}>
        {(blocks) =>
          blocks.length === 0 ? (
            <Empty icon="check" title={W.noBlocks()} />
          ) : (
            <Card>
              <ul class="plain-list">
                {blocks.map((each) => (
                  <li key={each.id} class="row desk-item">
                    <span class="grow">
                      <strong>{each.guardian_name}</strong>
                      <span>{W.why(each.reason)}</span>
                      <span class="muted small">
                        {[
                          W.aboutPupil(each.student_name),
                          W.stoppedBy(each.set_by ?? "", moment(each.set_at)),
                        ].join(" · ")}
                      </span>
                    </span>
                    <Button
                      onClick={() => {
                        reason.value = "";
                        lifting.value = each;
                      }}
                    >
                      {W.lift()}
                    </Button>
                  </li>
                ))}
              </ul>
            </Card>
          )
        }
      </Loaded>
      {block && (
        <Confirm
          title={W.askLift(block.guardian_name)}
          action={W.lift()}
          kind="main"
          onYes={async () => {
            const params = { path: { thread_id: block.thread_id, block_id: block.id } };
            const body = { reason: reason.peek().trim() || W.lift() };
            await of(
              api.POST("/v1/contact-book/threads/{thread_id}/blocks/{block_id}/lift", {
                params,
                body,
              }),
            );
            onSaid(W.lifted());
            await query.reload();
          }}
          onClose={() => {
            lifting.value = null;
          }}
        >
          <WhyField reason={reason} fault={null} />
        </Confirm>
      )}
    </>
  );
}
