/** Where a family begins to write: about which child, to which of its teachers. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Button, Dialog, Fault, Loaded } from "../../components/ui";
import { W } from "../../i18n/book_start";
import { useQuery } from "../../query";
import { go } from "../../router";
import { me } from "../../session";
import { type Kin, kinOf } from "../parent/kin";
import { type Partner, seatName } from "./thread_model";

export default function ThreadStart() {
  const open = useSignal(false);
  const children = kinOf(me.value).filter((each) => !each.isSelf);
  if (children.length === 0) return null;
  return (
    <>
      <Button
        kind="main"
        icon="plus"
        onClick={() => {
          open.value = true;
        }}
      >
        {W.write()}
      </Button>
      {open.value && (
        <Dialog
          title={W.write()}
          onClose={() => {
            open.value = false;
          }}
        >
          {children.map((each) => (
            <Partners key={each.student_id} who={each} names={children.length > 1} />
          ))}
        </Dialog>
      )}
    </>
  );
}

function Partners({ who, names }: { who: Kin; names: boolean }) {
  const query = useQuery(`tn/voi/${who.student_id}`, () =>
    of(
      api.GET("/v1/contact-book/thread-partners", {
        params: { query: { student_id: who.student_id } },
      }),
    ),
  );
  return (
    <section class="stack-small" aria-label={who.name}>
      {names && <h3>{who.name}</h3>}
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted">{W.nobody()}</p>
          ) : (
            <ul class="plain-list">
              {items.map((each) => (
                <li key={`${each.kind}/${each.subject}`}>
                  <PartnerRow partner={each} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

function PartnerRow({ partner }: { partner: Partner }) {
  const sending = useSending();
  async function open(apart: boolean): Promise<void> {
    const { student_id, kind, subject } = partner;
    const body = { student_id, kind, subject, is_apart: apart };
    const thread = await of(api.POST("/v1/contact-book/threads", { body }));
    go(`/tin-nhan/${thread.school_id}/${thread.id}`);
  }
  const start = (apart: boolean) => () => void sending.run(() => open(apart));
  return (
    <>
      <button type="button" class="row" disabled={sending.busy.value} onClick={start(false)}>
        <span class="grow">
          <strong>{seatName(partner)}</strong>
          <span class="muted">{partner.names.join(", ")}</span>
        </span>
        <Icon name="next" />
      </button>
      {partner.may_be_apart && (
        <button type="button" class="row" disabled={sending.busy.value} onClick={start(true)}>
          <span class="grow">
            <strong>{seatName(partner)}</strong>
            <span class="muted">{W.apartAsk()}</span>
          </span>
          <Icon name="next" />
        </button>
      )}
      <Fault error={sending.failure.value} />
    </>
  );
}
