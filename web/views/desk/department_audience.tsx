/** Which schools the department writes to: a unit with all below it, or single schools. */

import { type Signal, useSignal } from "@preact/signals";
import { Icon } from "../../components/icons";
import { Button, Field } from "../../components/ui";
import { count, plain } from "../../format";
import { K } from "../../i18n/closing";
import { N } from "../../i18n/notices";
import type { Place } from "../daily/closures_model";
import type { Sender } from "./notice_api";
import { has, type Part } from "./notice_draft";

const UNIT = "u";
const SHOWN = 12;

export function partOf({ unitId, schoolId, name, schools }: Place): Part {
  const ref = unitId === null ? `s${schoolId}` : `${UNIT}${unitId}`;
  return {
    kind: "school",
    ref,
    name: unitId === null ? name : K.placeSchools(name, count(schools)),
  };
}

/** A unit stands alone; schools may be several. */
export function chosen(parts: readonly Part[], part: Part): Part[] {
  if (has(parts, part)) return parts.filter((each) => each.ref !== part.ref);
  if (part.ref.startsWith(UNIT)) return [part];
  return [...parts.filter((each) => !each.ref.startsWith(UNIT)), part];
}

export function senderOf(parts: readonly Part[]): Sender {
  const ids = parts.map(({ ref }) => Number(ref.slice(1)));
  const isUnit = parts[0]?.ref.startsWith(UNIT) ?? false;
  return { school: null, unit: isUnit ? (ids[0] ?? null) : null, schools: isUnit ? [] : ids };
}

interface Props {
  places: readonly Place[];
  parts: Signal<readonly Part[]>;
  fault: string | undefined;
}

export function PlaceAudience({ places, parts, fault }: Props) {
  const typed = useSignal("");
  const wanted = plain(typed.value.trim());
  const found = places.filter((each) => plain(each.name).includes(wanted)).slice(0, SHOWN);
  const tap = (part: Part) => {
    parts.value = chosen(parts.peek(), part);
  };
  return (
    <fieldset class="stack-small" aria-describedby="place-fault">
      <legend>{N.to()}</legend>
      {parts.value.length > 0 && (
        <ul class="desk-chips" aria-label={N.chosen()}>
          {parts.value.map((part) => (
            <li key={part.ref}>
              <button
                type="button"
                class="button main"
                aria-label={N.drop(part.name)}
                onClick={() => tap(part)}
              >
                {part.name}
                <Icon name="cross" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Field
        label={K.findPlace()}
        type="search"
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      <div class="desk-chips">
        {found.map(partOf).map((part) => (
          <Button key={part.ref} aria-pressed={has(parts.value, part)} onClick={() => tap(part)}>
            {part.name}
          </Button>
        ))}
      </div>
      <p id="place-fault" class="fault" role="alert">
        {fault}
      </p>
    </fieldset>
  );
}
