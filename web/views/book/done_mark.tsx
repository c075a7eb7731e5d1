/** Homework's mark "done", set and taken back by the family. */

import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Button, Fault } from "../../components/ui";
import { B } from "../../i18n/book";

interface Props {
  homework: { id: string; name: string };
  studentId: string;
  isDone: boolean;
  onChanged: (isDone: boolean) => void;
}

export function DoneMark({ homework, studentId, isDone, onChanged }: Props) {
  const sending = useSending();
  async function send(): Promise<void> {
    const params = { path: { homework_id: homework.id } };
    const body = { student_id: studentId, done: !isDone };
    await of(api.PUT("/v1/contact-book/homework/{homework_id}/done", { params, body }));
    onChanged(!isDone);
  }
  return (
    <div class="stack-small">
      <Button
        class={isDone ? "done-mark done" : "done-mark"}
        icon="check"
        aria-pressed={isDone}
        busy={sending.busy.value}
        onClick={() => void sending.run(send)}
      >
        {isDone ? B.done() : B.markDone()}
        <span class="sr-only">: {homework.name}</span>
      </Button>
      <Fault error={sending.failure.value} />
    </div>
  );
}
