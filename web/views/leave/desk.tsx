/** The form, what became of it, and all that was asked before. */

import { useSignal } from "@preact/signals";
import { useSending } from "../../components/form";
import { Button, Card, Fault, Note } from "../../components/ui";
import { V } from "../../i18n/leave";
import { spanWords } from "../../leave";
import { LeaveForm } from "./form";
import { LeaveList } from "./list";
import { type Asker, type LeaveRequest, sendPaper, useRequests } from "./requests";
import "./leave.css";

interface Props {
  asker: Asker;
  day: string | null;
  mayAsk: boolean;
}

interface Done {
  request: LeaveRequest;
  /** The picture that has still to go. */
  unsent: File | null;
}

export function LeaveDesk({ asker, day, mayAsk }: Props) {
  const query = useRequests(asker);
  const done = useSignal<Done | null>(null);
  const put = (request: LeaveRequest, unsent: File | null) => {
    const rest = (query.data.peek() ?? []).filter((each) => each.id !== request.id);
    query.data.value = [request, ...rest];
    done.value = { request, unsent };
  };
  return (
    <>
      {mayAsk &&
        (done.value ? (
          <Sent
            done={done.value}
            onChanged={put}
            onAgain={() => {
              done.value = null;
            }}
          />
        ) : (
          <Card>
            <LeaveForm asker={asker} day={day} onSent={put} />
          </Card>
        ))}
      <LeaveList query={query} />
    </>
  );
}

interface SentProps {
  done: Done;
  onChanged: (request: LeaveRequest, unsent: File | null) => void;
  onAgain: () => void;
}

function Sent({ done: { request, unsent }, onChanged, onAgain }: SentProps) {
  const sending = useSending();
  return (
    <Card>
      <Note tone="good">
        <p class="strong">{V.sent()}</p>
        <p>{spanWords(request)}</p>
      </Note>
      {unsent && (
        <Note tone="bad">
          <p>{V.noteFailed()}</p>
          <Button
            icon="turn"
            busy={sending.busy.value}
            onClick={() =>
              void sending.run(async () => onChanged(await sendPaper(request.id, unsent), null))
            }
          >
            {V.noteAgain()}
          </Button>
          <Fault error={sending.failure.value} />
        </Note>
      )}
      <Button icon="plus" onClick={onAgain}>
        {V.another()}
      </Button>
    </Card>
  );
}
