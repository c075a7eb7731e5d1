/** Before the first scan: the gate, the direction, and what the phone is going to ask. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { all, api, type Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Button, Card, Empty, Loaded, Note, Page } from "../../components/ui";
import { fetchDecoderAhead } from "../../decoders";
import { clock } from "../../format";
import { type Hat, hat } from "../../hats";
import { S } from "../../i18n/scan";
import { pending } from "../../pending";
import { watchPlace } from "../../place";
import { useQuery } from "../../query";
import { heldUp } from "../../scans";
import { Shell } from "../../shell";
import { Alerts } from "./alerts";
import { defaultDirection } from "./direction";
import type { Direction } from "./gate";
import { unlockSounds } from "./sounds";
import { Switch } from "./switch";

type Station = Schemas["Station"];
type Shift = Schemas["ShiftView"];

interface Setting {
  stations: Station[];
  shifts: Shift[];
}

const remembered = (schoolId: number) => `ct.station.${schoolId}`;

async function load(schoolId: number): Promise<Setting> {
  const path = { school_id: schoolId };
  const [stations, shifts] = await Promise.all([
    all((cursor) =>
      api.GET("/v1/schools/{school_id}/stations", { params: { path, query: { cursor } } }),
    ),
    all((cursor) =>
      api.GET("/v1/schools/{school_id}/shifts", { params: { path, query: { cursor } } }),
    ),
  ]);
  // Gates first: a staff room is where the staff check in.
  const live = stations.filter((station) => station.ended_at === null);
  live.sort(
    (a, b) => Number(a.kind === "staff") - Number(b.kind === "staff") || a.number - b.number,
  );
  return { stations: live, shifts };
}

interface StartProps {
  direction: Signal<Direction>;
  /** The gate of before is none any more. */
  isGone: boolean;
  onStart: (station: Station, schoolId: number) => void;
}

export function Start(props: StartProps) {
  const on = hat.value;
  if (!on?.schoolId) return null;
  return (
    <Shell on={on}>
      <Page title={S.title()}>
        <Kept />
        <Alerts />
        {props.isGone && <Note tone="bad">{S.stationGone()}</Note>}
        <Setting key={on.id} on={on} schoolId={on.schoolId} {...props} />
      </Page>
    </Shell>
  );
}

/** What this account still has on the phone from before. */
function Kept() {
  const { waiting, oldest } = pending.value;
  if (!waiting || oldest === null) return null;
  return (
    <Note tone="wait">
      {heldUp.value === "rights" ? S.heldUpRights() : S.keptFromBefore(waiting, clock(oldest))}
    </Note>
  );
}

function Setting({ on, schoolId, direction, onStart }: StartProps & { on: Hat; schoolId: number }) {
  const query = useQuery(`gate/${on.schoolId}`, () => load(schoolId));
  const shifts = query.data.value?.shifts;
  useEffect(() => {
    if (shifts) direction.value = defaultDirection(shifts);
  }, [shifts, direction]);
  useEffect(() => void fetchDecoderAhead(), []);
  return (
    <Loaded query={query}>
      {({ stations }) =>
        stations.length ? (
          <Choice stations={stations} schoolId={schoolId} direction={direction} onStart={onStart} />
        ) : (
          <Empty icon="map" title={S.noStation()}>
            <p>{S.noStationHint()}</p>
          </Empty>
        )
      }
    </Loaded>
  );
}

interface ChoiceProps extends Pick<StartProps, "direction" | "onStart"> {
  stations: Station[];
  schoolId: number;
}

function Choice({ stations, schoolId, direction, onStart }: ChoiceProps) {
  const chosen = useSignal(localStorage.getItem(remembered(schoolId)));
  const station = stations.find((each) => each.id === chosen.value) ?? stations[0];
  const mustAsk = useMustAsk();
  return (
    <>
      <fieldset class="stack">
        <legend>{S.where()}</legend>
        {stations.map((each) => (
          <button
            key={each.id}
            type="button"
            class="post"
            aria-pressed={each === station}
            onClick={() => {
              chosen.value = each.id;
            }}
          >
            <Icon name={each === station ? "check" : each.kind === "staff" ? "people" : "map"} />
            <strong class="grow">{each.name}</strong>
          </button>
        ))}
      </fieldset>
      <fieldset class="stack">
        <legend>{S.which()}</legend>
        <Switch
          direction={direction.value}
          onTurn={(to) => {
            direction.value = to;
          }}
        />
      </fieldset>
      {mustAsk && (
        <Card>
          <p>{S.willAsk()}</p>
        </Card>
      )}
      <Button
        kind="main"
        icon="scan"
        class="fill post-start"
        onClick={() => {
          if (!station) return;
          // In the tap itself, or the phone stays silent all morning.
          unlockSounds();
          localStorage.setItem(remembered(schoolId), station.id);
          onStart(station, schoolId);
        }}
      >
        {S.start()}
      </Button>
    </>
  );
}

/** Whether the phone is going to ask for camera or place; if not, the place is sought already. */
function useMustAsk(): boolean {
  const mustAsk = useSignal(false);
  useEffect(() => {
    let stop = () => {};
    let isOver = false;
    async function look(): Promise<void> {
      const states = await Promise.all(["camera", "geolocation"].map(permissionOf));
      if (isOver) return;
      mustAsk.value = states.some((state) => state !== "granted");
      if (states[1] === "granted") stop = watchPlace();
    }
    void look();
    return () => {
      isOver = true;
      stop();
    };
  }, [mustAsk]);
  return mustAsk.value;
}

async function permissionOf(name: string): Promise<PermissionState> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state;
  } catch {
    return "prompt";
  }
}
