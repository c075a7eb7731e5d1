/** A pupil's picture, taken by this phone or chosen from it. */

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Button, Fault, Note } from "../../components/ui";
import { K } from "../../i18n/office_classes";
import { smaller } from "../../picture";
import { authorized, refusalOf } from "../../session";
import type { Pupil } from "./lists";

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
