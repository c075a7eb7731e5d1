/** The places where cards are scanned, and their screens. */

import { useSignal } from "@preact/signals";
import { all, api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Form, useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { PairingButton } from "../../components/pairing";
import { Badge, Button, Card, Dialog, Empty, Field, Loaded } from "../../components/ui";
import { count } from "../../format";
import { C } from "../../i18n/common";
import { O } from "../../i18n/office";
import { S } from "../../i18n/office_school";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { Radios, Select } from "./inputs";
import { type Campus, useCampuses } from "./lists";
import { OfficePage, pathOf } from "./office";

type Station = Schemas["Station"];
type Asked = { what: "add" } | { what: "change" | "end"; station: Station };

function useStations(school: number) {
  return useQuery(`stations/${school}`, () =>
    all((cursor) =>
      api.GET("/v1/schools/{school_id}/stations", {
        params: { path: { school_id: school }, query: { cursor, limit: 200 } },
      }),
    ),
  );
}

export default function Stations({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const campuses = useCampuses(school);
  const stations = useStations(school);
  const asked = useSignal<Asked | null>(null);
  const close = () => {
    asked.value = null;
  };
  return (
    <OfficePage school={school} here="diem-quet" title={S.stations()}>
      <p class="muted">{S.stationsLead()}</p>
      <Loaded query={campuses}>
        {(places) => (
          <Loaded query={stations}>
            {(found) => (
              <>
                <List
                  school={school}
                  campuses={places}
                  stations={found}
                  ask={(next) => (asked.value = next)}
                />
                {asked.value && asked.value.what !== "end" && (
                  <StationForm
                    school={school}
                    campuses={places}
                    changed={asked.value.what === "change" ? asked.value.station : null}
                    onClose={close}
                    onSaved={() => stations.reload()}
                  />
                )}
              </>
            )}
          </Loaded>
        )}
      </Loaded>
      {asked.value?.what === "end" && (
        <EndStation
          school={school}
          station={asked.value.station}
          onClose={close}
          onDone={() => stations.reload()}
        />
      )}
    </OfficePage>
  );
}

interface ListProps {
  school: number;
  campuses: Campus[];
  stations: Station[];
  ask: (asked: Asked) => void;
}

function List({ school, campuses, stations, ask }: ListProps) {
  if (!campuses.length) {
    return (
      <Empty icon="map" title={S.needsCampus()}>
        <p>{S.needsCampusHint()}</p>
        <a class="button main" href={pathOf(school, "co-so", "moi")}>
          {S.toCampuses()}
        </a>
      </Empty>
    );
  }
  const add = (
    <Button kind="main" icon="plus" onClick={() => ask({ what: "add" })}>
      {S.addStation()}
    </Button>
  );
  if (!stations.length) {
    return (
      <Empty icon="scan" title={S.noStations()}>
        <p>{S.noStationsHint()}</p>
        {add}
      </Empty>
    );
  }
  return (
    <>
      {campuses.map((campus) => (
        <section key={campus.id} class="stack">
          {campuses.length > 1 && <h2>{campus.name}</h2>}
          <ul class="setup-steps">
            {stations
              .filter((station) => station.campus_id === campus.id)
              .map((station) => (
                <li key={station.id}>
                  <One station={station} ask={ask} />
                </li>
              ))}
          </ul>
        </section>
      ))}
      <div class="across">{add}</div>
    </>
  );
}

function One({ station, ask }: { station: Station; ask: ListProps["ask"] }) {
  return (
    <Card>
      <div class="across">
        <Icon name={station.kind === "gate" ? "scan" : "people"} />
        <h2>{station.name}</h2>
        <Badge>{station.kind === "gate" ? S.gateShort() : S.staffShort()}</Badge>
        <span class="muted small">{S.number(count(station.number))}</span>
      </div>
      <div class="across">
        <PairingButton stationId={station.id} stationName={station.name} />
        <Button onClick={() => ask({ what: "change", station })}>{O.change()}</Button>
        <Button kind="quiet" onClick={() => ask({ what: "end", station })}>
          {O.end()}
        </Button>
      </div>
    </Card>
  );
}

interface FormProps {
  school: number;
  campuses: Campus[];
  changed: Station | null;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

function StationForm({ school, campuses, changed, onClose, onSaved }: FormProps) {
  const sending = useSending();
  const name = useSignal(changed?.name ?? "");
  const tried = useSignal(false);
  const fault = name.value.trim() ? "" : O.nameMissing();
  const kind = useSignal<Station["kind"]>(changed?.kind ?? "gate");
  const campus = useSignal(changed?.campus_id ?? campuses[0]?.id ?? "");

  function check(): boolean {
    tried.value = true;
    return !fault;
  }

  async function save(): Promise<void> {
    const body = { name: name.value.trim(), kind: kind.value, campus_id: campus.value };
    const path = { school_id: school };
    await of(
      changed
        ? api.PATCH("/v1/schools/{school_id}/stations/{station_id}", {
            params: { path: { ...path, station_id: changed.id } },
            body,
          })
        : api.POST("/v1/schools/{school_id}/stations", { params: { path }, body }),
    );
    await onSaved();
    onClose();
  }

  return (
    <Dialog title={changed ? S.editStation() : S.addStation()} onClose={onClose}>
      <Form sending={sending} onSend={save} check={check}>
        <Field
          label={S.stationName()}
          hint={S.stationHint()}
          fault={tried.value ? fault : ""}
          name="name"
          maxLength={200}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <Radios
          label={S.kind()}
          value={kind}
          options={[
            ["gate", S.gate()],
            ["staff", S.staff()],
          ]}
        />
        {campuses.length > 1 && (
          <Select
            label={S.campus()}
            value={campus}
            options={campuses.map((each) => [each.id, each.name])}
          />
        )}
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Dialog>
  );
}

interface EndProps {
  school: number;
  station: Station;
  onClose: () => void;
  onDone: () => Promise<void>;
}

function EndStation({ school, station, onClose, onDone }: EndProps) {
  const path = { school_id: school, station_id: station.id };
  return (
    <Confirm
      title={S.endStation(station.name)}
      action={O.end()}
      onClose={onClose}
      onYes={async () => {
        await of(api.DELETE("/v1/schools/{school_id}/stations/{station_id}", { params: { path } }));
        await onDone();
      }}
    >
      <p>{S.endStationHint()}</p>
    </Confirm>
  );
}
