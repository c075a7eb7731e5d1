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
  const nameFault = useSignal("");
  const shapeFault = useSignal("");
  const sending = useSending();

  function check(): boolean {
    nameFault.value = name.value.trim() ? "" : O.nameMissing();
    shapeFault.value = "";
    if (!shape.value) shapeFault.value = F.missing();
    const trouble = shape.value && troubleOf(shape.value);
    if (trouble && isFinal(trouble)) shapeFault.value = F[trouble]();
    return !nameFault.value && !shapeFault.value;
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
        head={<Name name={name} fault={nameFault.value} />}
        foot={
          <>
            {shapeFault.value && <Note tone="bad">{shapeFault.value}</Note>}
            <Button kind="main" type="submit" busy={sending.busy.value}>
              {C.save()}
            </Button>
          </>
        }
      />
    </Form>
  );
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
