/** Where a teacher begins to write: to which pupil's family. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Button, Dialog, Fault } from "../../components/ui";
import { hat } from "../../hats";
import { W } from "../../i18n/desk_office";
import { go } from "../../router";
import { FindPerson, type Person } from "./people";

type Partner = Schemas["Partner"];

export default function StaffStart() {
  const school = hat.value?.schoolId ?? 0;
  const isOpen = useSignal(false);
  const seats = useSignal<readonly Partner[] | null>(null);
  const sending = useSending();

  async function open(seat: Partner): Promise<void> {
    const { student_id, kind, subject } = seat;
    const body = { student_id, kind, subject };
    const thread = await of(api.POST("/v1/contact-book/threads", { body }));
    go(`/tin-nhan/${thread.school_id}/${thread.id}`);
  }

  function choose({ id }: Person): void {
    void sending.run(async () => {
      const params = { query: { student_id: id } };
      const { items } = await of(api.GET("/v1/contact-book/thread-partners", { params }));
      const here = items.filter((each) => each.school_id === school);
      const [only] = here;
      if (only && here.length === 1) await open(only);
      else seats.value = here;
    });
  }

  return (
    <>
      <Button kind="main" icon="plus" onClick={() => (isOpen.value = true)}>
        {W.start()}
      </Button>
      {isOpen.value && (
        <Dialog
          title={W.start()}
          onClose={() => {
            isOpen.value = false;
            seats.value = null;
          }}
        >
          <FindPerson school={school} kind="student" label={W.startFind()} onChoose={choose} />
          {seats.value?.length === 0 && <p class="fault">{W.startNone()}</p>}
          {seats.value?.map((seat) => (
            <Button
              key={`${seat.kind}/${seat.subject}`}
              onClick={() => void sending.run(() => open(seat))}
            >
              {seat.subject ?? W.homeroomSeat()}
            </Button>
          ))}
          <Fault error={sending.failure.value} />
        </Dialog>
      )}
    </>
  );
}
