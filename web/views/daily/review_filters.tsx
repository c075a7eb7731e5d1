/** Which of the waiting scans are shown: by reason, by phone and by person. */

import type { Signal } from "@preact/signals";
import { count } from "../../format";
import { R } from "../../i18n/reviews";
import { type Filter, type Reason, reasonName, type Summary } from "./reviews_model";

interface Props {
  summary: Summary;
  filter: Signal<Filter>;
}

export function ReviewFilters({ summary, filter }: Props) {
  const everything = R.all(count(summary.total));
  const set = (part: Partial<Filter>) => {
    filter.value = { ...filter.peek(), ...part };
  };
  const { reason, device, person } = filter.value;
  const phones = summary.scanners.filter((each) => each.device_id !== null);
  return (
    <div class="review-filters">
      <Choice
        id="reason"
        label={R.why()}
        everything={everything}
        value={reason}
        options={summary.reasons.map((each) => [
          each.reason,
          R.withCount(reasonName(each.reason), count(each.count)),
        ])}
        onChange={(value) => set({ reason: value as Reason | "all" })}
      />
      <Choice
        id="device"
        label={R.byPhone()}
        everything={everything}
        value={device}
        options={phones.map((each) => [
          each.device_id ?? "",
          R.withCount(
            each.person_name ? R.phoneOf(each.person_name) : R.phoneUnknown(),
            count(each.count),
          ),
        ])}
        onChange={(value) => set({ device: value })}
      />
      <Choice
        id="person"
        label={R.byPerson()}
        everything={everything}
        value={person}
        options={summary.people.map((each) => [
          each.person_id,
          R.withCount(
            [each.person_name, each.class_name].filter(Boolean).join(" · "),
            count(each.count),
          ),
        ])}
        onChange={(value) => set({ person: value })}
      />
    </div>
  );
}

interface ChoiceProps {
  id: string;
  label: string;
  everything: string;
  value: string;
  options: readonly (readonly [value: string, words: string])[];
  onChange: (value: string) => void;
}

function Choice({ id, label, everything, value, options, onChange }: ChoiceProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="all">{everything}</option>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
