/** Pictures and documents chosen for a message: each goes up at once and says how far it is. */

import "./attach.css";
import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { type Attached, caught, faultOf, type Store, sendAttachment } from "../attaching";
import { wordsOf } from "../failure";
import { A } from "../i18n/attach";
import { Icon } from "./icons";
import { Progress } from "./progress";
import { Button } from "./ui";

interface Props {
  store: Store;
  /** What is there and will be sent. */
  list: Signal<readonly Attached[]>;
  /** Files are under way: sending now would lose them. */
  busy?: Signal<boolean>;
  most?: number;
  disabled?: boolean;
}

interface Going {
  readonly key: number;
  readonly file: File;
  readonly share: number;
  readonly fault: string | null;
}

let made = 0;

export function Attach({ store, list, busy, most = 10, disabled }: Props) {
  const going = useSignal<readonly Going[]>([]);
  const said = useSignal("");

  function put(key: number, changed: Partial<Going> | null): void {
    going.value = going
      .peek()
      .flatMap((each) =>
        each.key !== key ? [each] : changed === null ? [] : [{ ...each, ...changed }],
      );
    if (busy) busy.value = going.peek().some((each) => each.fault === null);
  }

  async function send({ key, file }: Going): Promise<void> {
    put(key, { share: 0, fault: null });
    const done = await caught(sendAttachment(store, file, (share) => put(key, { share })));
    // Taken off the list meanwhile.
    if (!going.peek().some((each) => each.key === key)) return;
    if (done instanceof Error) {
      put(key, { fault: wordsOf(done) });
      return;
    }
    list.value = [...list.peek(), done];
    said.value = A.done(done.name);
    put(key, null);
  }

  function take(files: FileList | null | undefined): void {
    const room = most - list.peek().length - going.peek().length;
    for (const file of [...(files ?? [])].slice(0, room)) {
      const wrong = faultOf(file);
      const fault = wrong && (wrong === "size" ? A.tooBig(file.name) : A.wrongKind(file.name));
      const one: Going = { key: ++made, file, share: 0, fault };
      going.value = [...going.peek(), one];
      if (!wrong) void send(one);
    }
  }

  return (
    <fieldset class="attach">
      <legend>{A.title()}</legend>
      <ul class="plain-list">
        {list.value.map((each) => (
          <li key={each.id} class="attach-file">
            {each.kind === "image" ? (
              <img class="attach-thumb" src={each.preview_url ?? each.url} alt="" />
            ) : (
              <span class="attach-thumb">
                <Icon name="file" />
              </span>
            )}
            <span class="grow">{each.name}</span>
            <Button
              kind="quiet"
              icon="cross"
              aria-label={A.remove(each.name)}
              onClick={() => {
                list.value = list.peek().filter((one) => one.id !== each.id);
              }}
            />
          </li>
        ))}
        {going.value.map((each) => (
          <GoingRow key={each.key} going={each} onAgain={send} onDrop={() => put(each.key, null)} />
        ))}
      </ul>
      <Choose
        most={most}
        isFull={list.value.length + going.value.length >= most}
        disabled={disabled}
        onFiles={take}
      />
      <p class="sr-only" role="status">
        {said.value}
      </p>
    </fieldset>
  );
}

interface RowProps {
  going: Going;
  onAgain: (going: Going) => Promise<void>;
  onDrop: () => void;
}

function GoingRow({ going, onAgain, onDrop }: RowProps) {
  const { file, share, fault } = going;
  return (
    <li class="attach-file">
      {fault ? (
        <p class="grow fault" role="alert">
          {fault}
        </p>
      ) : (
        <span class="grow stack-small">
          <span class="small">{A.sending(file.name, Math.round(share * 100))}</span>
          <Progress done={share} total={1} label={file.name} />
        </span>
      )}
      {fault && !faultOf(file) && (
        <Button
          kind="quiet"
          icon="turn"
          aria-label={A.again(file.name)}
          onClick={() => void onAgain(going)}
        />
      )}
      <Button kind="quiet" icon="cross" aria-label={A.remove(file.name)} onClick={onDrop} />
    </li>
  );
}

interface ChooseProps {
  most: number;
  isFull: boolean;
  disabled: boolean | undefined;
  onFiles: (files: FileList | null | undefined) => void;
}

function Choose({ most, isFull, disabled, onFiles }: ChooseProps) {
  const id = useId();
  if (isFull) return <p class="hint">{A.full(most)}</p>;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is for mice; the input is for all
    <div
      class="attach-choose"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (!disabled) onFiles(event.dataTransfer?.files);
      }}
    >
      <input
        id={id}
        class="sr-only"
        type="file"
        multiple
        accept="image/*,application/pdf"
        disabled={disabled}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          onFiles(event.currentTarget.files);
          // The same file may come again.
          event.currentTarget.value = "";
        }}
      />
      <label class="button" for={id}>
        <Icon name="camera" />
        {A.add()}
      </label>
      <p id={`${id}-hint`} class="hint">
        {A.hint(most)}
      </p>
    </div>
  );
}
