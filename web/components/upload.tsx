/** Where a file is chosen or dropped. */

import { useId, useRef, useState } from "preact/hooks";
import { Icon } from "./icons";

interface Props {
  /** What the button says. */
  label: string;
  /** What may be chosen. */
  hint: string;
  /** Said where dropping is possible. */
  orDrop: string;
  accept: string;
  disabled?: boolean;
  onFile: (file: File) => void;
}

export function Upload({ label, hint, orDrop, accept, disabled, onFile }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  function take(files: FileList | null | undefined): void {
    const file = files?.[0];
    if (file && !disabled) onFile(file);
    // The same name may come again, after it was mended.
    if (input.current) input.current.value = "";
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is for mice; the input is for all
    <div
      class={over ? "upload over" : "upload"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <input
        id={id}
        ref={input}
        class="sr-only"
        type="file"
        accept={accept}
        disabled={disabled}
        aria-describedby={`${id}-hint`}
        onChange={(event) => take(event.currentTarget.files)}
      />
      <label class="button main" for={id}>
        <Icon name="file" />
        {label}
      </label>
      <span class="upload-drop muted small">{orDrop}</span>
      <span id={`${id}-hint`} class="muted small">
        {hint}
      </span>
    </div>
  );
}
