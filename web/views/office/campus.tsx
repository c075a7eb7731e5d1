/** One campus: its name and its area. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Empty, Field, Loaded, Note } from "../../components/ui";
import { C } from "../../i18n/common";
import { O } from "../../i18n/office";
import { F } from "../../i18n/office_fence";
import { go, type Parameters } from "../../router";
import { fenceOf } from "./campuses";
import { FenceEditor } from "./fence_editor";
import { asFence, asShape, isFinal, type Shape, troubleOf } from "./fence_geo";
import { type Campus, useCampuses } from "./lists";
import { OfficePage, pathOf } from "./office";

export default function OneCampus({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useCampuses(school, { keeps: false });
  const found = query.data.value?.find((campus) => campus.id === params.campus) ?? null;
  const title = found?.name ?? F.newTitle();
  return (
    <OfficePage school={school} here="co-so" title={title} back={pathOf(school, "co-so")}>
      <Loaded query={query}>
        {(campuses) =>
          found || params.campus === "moi" ? (
            <Edit
              key={found?.id ?? "new"}
              school={school}
              campus={found}
              others={campuses.filter((each) => each !== found)}
            />
          ) : (
            <Empty icon="search" title={C.notFound()} />
          )
        }
      </Loaded>
    </OfficePage>
  );
}

interface Props {
  school: number;
  campus: Campus | null;
  others: Campus[];
}

function Edit({ school, campus, others }: Props) {
  const shape = useSignal<Shape | null>(campus && asShape(fenceOf(campus)));
  const name = useSignal(campus?.name ?? "");
  const tried = useSignal(false);
  const sending = useSending();
  const nameFault = name.value.trim() ? "" : O.nameMissing();
  const shapeFault = faultOf(shape.value);

  function check(): boolean {
    tried.value = true;
    return !nameFault && !shapeFault;
  }

  async function save(): Promise<void> {
    if (!shape.value) return;
    const body = { name: name.value.trim(), fence: asFence(shape.value) };
    await of(
      campus
        ? api.PATCH("/v1/schools/{school_id}/campuses/{campus_id}", {
            params: { path: { school_id: school, campus_id: campus.id } },
            body,
          })
        : api.POST("/v1/schools/{school_id}/campuses", {
            params: { path: { school_id: school } },
            body,
          }),
    );
    go(pathOf(school, "co-so"));
  }

  return (
    <Form sending={sending} onSend={save} check={check}>
      <FenceEditor
        shape={shape}
        others={others.map((each) => asShape(fenceOf(each)))}
        head={<Name name={name} fault={tried.value ? nameFault : ""} />}
        foot={
          <>
            {tried.value && shapeFault && <Note tone="bad">{shapeFault}</Note>}
            <Button kind="main" type="submit" busy={sending.busy.value}>
              {C.save()}
            </Button>
          </>
        }
      />
    </Form>
  );
}

function faultOf(shape: Shape | null): string {
  if (!shape) return F.missing();
  const trouble = troubleOf(shape);
  return trouble && isFinal(trouble) ? F[trouble]() : "";
}

function Name({ name, fault }: { name: Signal<string>; fault: string }) {
  return (
    <Field
      label={F.name()}
      hint={F.nameHint()}
      fault={fault}
      name="name"
      maxLength={200}
      value={name.value}
      onInput={(event) => {
        name.value = event.currentTarget.value;
      }}
    />
  );
}
