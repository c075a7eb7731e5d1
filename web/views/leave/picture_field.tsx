/** A picture of a paper, taken by this phone or chosen from it, shown small before it is sent. */

import { useEffect, useId, useMemo } from "preact/hooks";
import { Icon, type IconName } from "../../components/icons";
import { Button } from "../../components/ui";
import { V } from "../../i18n/leave";

interface Props {
  file: File | null;
  disabled: boolean;
  onFile: (file: File | null) => void;
}

export function PictureField({ file, disabled, onFile }: Props) {
  const id = useId();
  const url = useMemo(() => (file ? URL.createObjectURL(file) : null), [file]);
  useEffect(() => () => void (url && URL.revokeObjectURL(url)), [url]);
  return (
    <fieldset class="leave-note" disabled={disabled} aria-describedby={`${id}-hint`}>
      <legend>{V.note()}</legend>
      {url ? (
        <div class="across">
          <img class="leave-thumb" src={url} alt={V.noteAlt()} />
          <Button kind="quiet" icon="cross" onClick={() => onFile(null)}>
            {V.dropNote()}
          </Button>
        </div>
      ) : (
        <div class="across">
          {/* Newer phones offer the camera only where it is asked for by name. */}
          <Choose id={`${id}-take`} icon="camera" words={V.takeNote()} takes onFile={onFile} />
          <Choose id={`${id}-old`} icon="file" words={V.chooseNote()} onFile={onFile} />
        </div>
      )}
      <p id={`${id}-hint`} class="hint">
        {V.noteHint()}
      </p>
    </fieldset>
  );
}

interface ChooseProps {
  id: string;
  icon: IconName;
  words: string;
  /** By the camera at once. */
  takes?: boolean;
  onFile: (file: File) => void;
}

function Choose({ id, icon, words, takes, onFile }: ChooseProps) {
  return (
    <span class="leave-choose">
      <input
        id={id}
        class="sr-only"
        type="file"
        accept="image/*"
        {...(takes && { capture: "environment" })}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
          event.currentTarget.value = "";
        }}
      />
      <label class="button" for={id}>
        <Icon name={icon} />
        {words}
      </label>
    </span>
  );
}
