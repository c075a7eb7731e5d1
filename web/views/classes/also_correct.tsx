/** Where a family is right, the record is set right with the same word. */

import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { Button, Loaded } from "../../components/ui";
import { L } from "../../i18n/classes";
import { useQuery } from "../../query";
import { StateFields } from "./correct_form";
import { type Draft, draftOf, faultsOf } from "./correcting";
import type { ShiftState } from "./register";

interface Props {
  dispute: { student_id: string; class_id: string | null; day: string; kind: string };
  schoolId: number;
  /** null: the record stays. */
  draft: Draft | null;
  isChecked: boolean;
  onChange: (draft: Draft | null) => void;
}

export function AlsoCorrect({ dispute, schoolId, draft, isChecked, onChange }: Props) {
  const { student_id: studentId, day } = dispute;
  const query = useQuery<ShiftState[]>(
    `sua/${studentId}/${day}`,
    async () => {
      const params = {
        path: { school_id: schoolId, day },
        query: { class_id: dispute.class_id ?? undefined, limit: 200 },
      };
      const rows = await of(api.GET("/v1/schools/{school_id}/attendance/{day}", { params }));
      return rows.items.find((each) => each.student_id === studentId)?.shifts ?? [];
    },
    { keeps: false },
  );
  return (
    <Loaded query={query}>
      {(shifts) =>
        shifts.length === 0 ? null : (
          <Choose
            shifts={shifts}
            draft={draft}
            kind={dispute.kind}
            isChecked={isChecked}
            onChange={onChange}
          />
        )
      }
    </Loaded>
  );
}

interface ChooseProps extends Omit<Props, "dispute" | "schoolId"> {
  shifts: readonly ShiftState[];
  kind: string;
}

function Choose({ shifts, draft, kind, isChecked, onChange }: ChooseProps) {
  const first = shifts.find((each) => each.state.startsWith("absent")) ?? null;
  const fresh = (): Draft => ({
    ...draftOf(shifts, first),
    state: kind === "was_there" ? "present" : null,
  });
  // What the family says is most of the time what is to be set.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, as it appears
  useEffect(() => {
    if (draft === null && kind === "was_there") onChange(fresh());
  }, []);
  return (
    <>
      <fieldset class="segments">
        <legend class="sr-only">{L.correctTitle()}</legend>
        <Button aria-pressed={draft !== null} onClick={() => onChange(draft ?? fresh())}>
          {L.answerAlso()}
        </Button>
        <Button aria-pressed={draft === null} onClick={() => onChange(null)}>
          {L.answerOnly()}
        </Button>
      </fieldset>
      {draft && (
        <StateFields
          draft={draft}
          shifts={shifts}
          faults={isChecked ? faultsOf(draft) : {}}
          onChange={(changed) => onChange({ ...draft, ...changed })}
        />
      )}
    </>
  );
}
