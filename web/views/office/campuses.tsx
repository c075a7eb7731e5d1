/** The school's areas. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Icon } from "../../components/icons";
import { Button, Card, Empty, Loaded } from "../../components/ui";
import { count } from "../../format";
import { F } from "../../i18n/office_fence";
import type { Parameters } from "../../router";
import { areaM2, asShape, type Fence } from "./fence_geo";
import { type Campus, useCampuses } from "./lists";
import { OfficePage, pathOf } from "./office";

/** The document knows a stored fence only as an object; it is what was sent. */
export const fenceOf = (campus: Campus) => campus.fence as unknown as Fence;

export default function Campuses({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useCampuses(school);
  const ending = useSignal<Campus | null>(null);
  const add = (
    <a class="button main" href={pathOf(school, "co-so", "moi")}>
      <Icon name="plus" />
      {F.add()}
    </a>
  );
  return (
    <OfficePage school={school} here="co-so" title={F.title()}>
      <p class="muted">{F.lead()}</p>
      <Loaded query={query}>
        {(campuses) =>
          campuses.length ? (
            <>
              <ul class="setup-steps">
                {campuses.map((campus) => (
                  <li key={campus.id}>
                    <One campus={campus} school={school} onEnd={() => (ending.value = campus)} />
                  </li>
                ))}
              </ul>
              <div class="across">{add}</div>
            </>
          ) : (
            <Empty icon="map" title={F.none()}>
              <p>{F.noneHint()}</p>
              {add}
            </Empty>
          )
        }
      </Loaded>
      {ending.value && (
        <EndCampus
          campus={ending.value}
          school={school}
          onClose={() => (ending.value = null)}
          onDone={() => query.reload()}
        />
      )}
    </OfficePage>
  );
}

function aboutOf(fence: Fence): string {
  const shape = asShape(fence);
  if (shape.type === "circle") return F.circleOf(count(shape.radius));
  return F.polygonOf(count(shape.corners.length), count(Math.round(areaM2(shape))));
}

interface OneProps {
  campus: Campus;
  school: number;
  onEnd: () => void;
}

function One({ campus, school, onEnd }: OneProps) {
  return (
    <Card>
      <h2>{campus.name}</h2>
      <p class="muted">{aboutOf(fenceOf(campus))}</p>
      <div class="across">
        <a class="button" href={pathOf(school, "co-so", campus.id)}>
          <Icon name="map" />
          {F.edit()}
        </a>
        <Button kind="quiet" onClick={onEnd}>
          {F.end()}
        </Button>
      </div>
    </Card>
  );
}

interface EndProps {
  campus: Campus;
  school: number;
  onClose: () => void;
  onDone: () => Promise<void>;
}

function EndCampus({ campus, school, onClose, onDone }: EndProps) {
  const path = { school_id: school, campus_id: campus.id };
  return (
    <Confirm
      title={F.endTitle(campus.name)}
      action={F.end()}
      onClose={onClose}
      onYes={async () => {
        await of(api.DELETE("/v1/schools/{school_id}/campuses/{campus_id}", { params: { path } }));
        await onDone();
      }}
    >
      <p>{F.endHint()}</p>
    </Confirm>
  );
}
