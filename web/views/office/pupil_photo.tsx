/** A pupil's picture, taken by this phone or chosen from it. */

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Button, Fault, Note } from "../../components/ui";
import { K } from "../../i18n/office_classes";
import { authorized, refusalOf } from "../../session";
import type { Pupil } from "./lists";

/** More than the server keeps, and far less than a phone takes. */
const LONGEST_PX = 1600;

interface Props {
  school: number;
  pupil: Pupil;
  onChanged: () => Promise<void>;
}

export function PupilPhoto({ school, pupil, onChanged }: Props) {
  const id = useId();
  const sending = useSending();
  const words = useSignal("");
  const erases = useSignal(false);
  const path = `/v1/schools/${school}/students/${pupil.id}/photo`;

  const take = (file: File) =>
    sending.run(async () => {
      words.value = "";
      const body = await smaller(file);
      const headers = { "Content-Type": body.type };
      const response = await authorized(path, { method: "PUT", body, headers });
      if (!response.ok) throw await refusalOf(response);
      const saved = (await response.json()) as Schemas["StudentPhoto"];
      await onChanged();
      words.value = saved.is_shown ? K.photoShown() : K.photoKept();
    });

  async function erase(): Promise<void> {
    const params = { path: { school_id: school, student_id: pupil.id } };
    await of(api.DELETE("/v1/schools/{school_id}/students/{student_id}/photo", { params }));
    await onChanged();
    words.value = "";
  }

  return (
    <section class="stack-small">
      <h3>{K.photo()}</h3>
      <div class="across">
        <input
          id={id}
          class="sr-only"
          type="file"
          accept="image/*"
          capture="environment"
          disabled={sending.busy.value}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void take(file);
            event.currentTarget.value = "";
          }}
        />
        <label class="button" for={id}>
          <Icon name="person" />
          {K.takePhoto()}
        </label>
        {pupil.photo_url && (
          <Button kind="quiet" onClick={() => (erases.value = true)}>
            {K.erasePhoto()}
          </Button>
        )}
      </div>
      <Fault error={sending.failure.value} />
      {words.value && <Note tone="good">{words.value}</Note>}
      {erases.value && (
        <Confirm
          title={K.erasePhotoTitle(pupil.name)}
          action={K.erasePhoto()}
          onYes={erase}
          onClose={() => (erases.value = false)}
        >
          <p>{K.erasePhotoHint()}</p>
        </Confirm>
      )}
    </section>
  );
}

/** Upright and small: a school's signal is weak. What the browser cannot read goes as it is. */
async function smaller(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file);
    const share = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * share);
    canvas.height = Math.round(picture.height * share);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return made ?? file;
  } catch {
    return file;
  }
}
