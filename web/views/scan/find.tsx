/** A pupil without a card: found by name, recognised by a person who says why. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Avatar, Button, Dialog, Empty, Field, Note } from "../../components/ui";
import { isFailure } from "../../failure";
import { C } from "../../i18n/common";
import { S } from "../../i18n/scan";
import { uuid7 } from "../../ids";
import { online } from "../../now";
import { fix, locationOf } from "../../place";
import { find, roster } from "../../roster";
import type { Gate } from "./gate";
import { Switch } from "./switch";

interface Pupil {
  id: string;
  name: string;
  className: string;
  photoUrl: string | null;
}

interface FindProps {
  gate: Gate;
  onClose: () => void;
}

export function Find({ gate, onClose }: FindProps) {
  const chosen = useSignal<Pupil | null>(null);
  const query = useSignal("");
  return (
    <Dialog title={chosen.value ? S.sure() : S.findTitle()} onClose={onClose}>
      {chosen.value ? (
        <Sure
          gate={gate}
          pupil={chosen.value}
          onOther={() => {
            chosen.value = null;
          }}
          onDone={onClose}
        />
      ) : (
        <Search
          gate={gate}
          query={query.value}
          onQuery={(typed) => {
            query.value = typed;
          }}
          onChoose={(pupil) => {
            chosen.value = pupil;
          }}
        />
      )}
    </Dialog>
  );
}

interface SearchProps {
  gate: Gate;
  query: string;
  onQuery: (typed: string) => void;
  onChoose: (pupil: Pupil) => void;
}

function Search({ gate, query, onQuery, onChoose }: SearchProps) {
  const found = usePupils(gate, query, roster.value);
  const isTyped = query.trim().length > 0;
  return (
    <>
      <Field
        type="search"
        label={C.search()}
        hint={S.findHint()}
        value={query}
        autoComplete="off"
        onInput={(event) => onQuery(event.currentTarget.value)}
      />
      {!online.value && <Note tone="wait">{S.findOffline()}</Note>}
      {!roster.value && !online.value && <p>{S.findEmpty()}</p>}
      <ul class="plain-list found" aria-live="polite">
        {found.map((pupil) => (
          <li key={pupil.id}>
            <button type="button" class="row" onClick={() => onChoose(pupil)}>
              <Avatar name={pupil.name} url={online.value ? pupil.photoUrl : null} />
              <span class="grow">
                <strong>{pupil.name}</strong>
                <span class="muted">{pupil.className}</span>
              </span>
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
      {isTyped && !found.length && (
        <Empty icon="search" title={S.findNothing()}>
          {S.findNothingHint()}
        </Empty>
      )}
    </>
  );
}

/** Of the roster at once; of the school itself whoever has no live card. */
function usePupils(gate: Gate, query: string, at: typeof roster.value): Pupil[] {
  const others = useSignal<{ query: string; pupils: Pupil[] }>({ query: "", pupils: [] });
  const known = useMemo(
    () =>
      find(query, at).map((entry) => ({
        id: entry.student_id,
        name: entry.name,
        className: entry.class_name,
        photoUrl: entry.photo_url,
      })),
    [query, at],
  );
  const isKnown = known.length > 0;
  const schoolId = gate.post.schoolId;
  useEffect(() => {
    if (isKnown || query.trim().length < 2 || !online.peek()) return;
    const timer = setTimeout(async () => {
      try {
        others.value = { query, pupils: await askSchool(schoolId, query) };
      } catch (error) {
        if (!isFailure(error)) throw error;
      }
    }, 400);
    return () => clearTimeout(timer);
  }, [isKnown, query, schoolId, others]);
  return isKnown || others.value.query !== query ? known : others.value.pupils;
}

async function askSchool(schoolId: number, query: string): Promise<Pupil[]> {
  const page = await of(
    api.GET("/v1/schools/{school_id}/students", {
      params: { path: { school_id: schoolId }, query: { q: query.trim(), limit: 20 } },
    }),
  );
  return page.items.map((student) => ({
    id: student.id,
    name: student.name,
    className: student.class_name ?? "",
    photoUrl: student.photo_url ?? null,
  }));
}

interface SureProps {
  gate: Gate;
  pupil: Pupil;
  onOther: () => void;
  onDone: () => void;
}

/** The last one is written by hand. */
const reasonsSaid = () => [S.forgot(), S.lost(), S.broken(), S.otherReason()];

function Sure({ gate, pupil, onOther, onDone }: SureProps) {
  const sending = useSending();
  const reasons = reasonsSaid();
  const picked = useSignal(0);
  const typed = useSignal("");
  const fault = useSignal<string | null>(null);
  const isOther = picked.value === reasons.length - 1;
  const direction = gate.direction.value;
  const reason = isOther ? typed.value.trim() : (reasons[picked.value] ?? "");
  // One mark, however often it has to be sent: the id is of this pupil, this way and this reason.
  const body = useMemo(
    () => ({
      event_id: uuid7(),
      student_id: pupil.id,
      direction,
      station_id: gate.post.stationId,
      reason,
      location: locationOf(fix.peek()),
    }),
    [pupil.id, direction, reason, gate],
  );

  async function send(): Promise<void> {
    const result = await of(api.POST("/v1/attendance/marks", { body }));
    gate.marked(body.direction, result);
    onDone();
  }

  return (
    <Form
      sending={sending}
      onSend={send}
      check={() => {
        fault.value = body.reason.length < 3 ? S.otherReasonHint() : null;
        return fault.value === null;
      }}
    >
      <div class="sure">
        <Avatar big name={pupil.name} url={online.value ? pupil.photoUrl : null} />
        <p>
          <strong class="sure-name">{pupil.name}</strong>
          <span class="muted">{pupil.className}</span>
        </p>
      </div>
      <Switch direction={direction} onTurn={(to) => gate.turn(to)} />
      <fieldset>
        <legend>{S.reason()}</legend>
        <div class="reasons">
          {reasons.map((reason, n) => (
            <label key={reason} class="choice">
              <input
                type="radio"
                name="reason"
                checked={picked.value === n}
                onChange={() => {
                  picked.value = n;
                }}
              />
              <span>{reason}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {isOther && (
        <Field
          label={S.otherReason()}
          hint={S.otherReasonHint()}
          fault={fault.value}
          value={typed.value}
          maxLength={300}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
        />
      )}
      {!online.value && <Note tone="wait">{S.findOffline()}</Note>}
      <Button
        kind="main"
        type="submit"
        icon={direction}
        busy={sending.busy.value}
        disabled={!online.value}
      >
        {direction === "in" ? S.markIn(pupil.name) : S.markOut(pupil.name)}
      </Button>
      <Button kind="quiet" onClick={onOther}>
        {S.otherPupil()}
      </Button>
    </Form>
  );
}
