/** Whom a notice is for: the school, grades, classes, groups, single people. */

import { type Signal, useSignal } from "@preact/signals";
import type { Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Badge, Button, Loaded } from "../../components/ui";
import { count } from "../../format";
import { L } from "../../i18n/classes";
import { N } from "../../i18n/notices";
import type { Query } from "../../query";
import { type AudienceKind, has, type Part, toggled } from "./notice_draft";
import { FindPerson } from "./people";

export type SchoolClass = Schemas["SchoolClass"];

interface Props {
  school: number;
  isPrincipal: boolean;
  /** Those that the caller may write to. */
  classes: readonly SchoolClass[];
  groups: Query<Schemas["Group"][]>;
  parts: Signal<readonly Part[]>;
  fault: string | undefined;
}

const NAMES: Record<AudienceKind, () => string> = {
  school: N.bySchool,
  grade: N.byGrade,
  class: N.byClass,
  group: N.byGroup,
  student: N.byPupil,
  staff: N.byStaff,
};
const KINDS: readonly AudienceKind[] = ["school", "grade", "class", "group", "student", "staff"];
/** Teachers write to their own classes and pupils. */
const PRINCIPALS: readonly AudienceKind[] = ["school", "grade", "staff"];

export function Audience(props: Props) {
  const { isPrincipal, classes, parts, fault } = props;
  // A teacher of one class has nothing to choose from but it.
  const by = useSignal<AudienceKind>(isPrincipal ? "school" : "class");
  const kinds = isPrincipal ? KINDS : KINDS.filter((each) => !PRINCIPALS.includes(each));
  return (
    <fieldset class="stack-small" aria-describedby="audience-fault">
      <legend>{N.to()}</legend>
      {parts.value.length > 0 && (
        <ul class="desk-chips" aria-label={N.chosen()}>
          {parts.value.map((part) => (
            <li key={`${part.kind}/${part.ref}`}>
              <button
                type="button"
                class="button main"
                aria-label={N.drop(part.name)}
                onClick={() => {
                  parts.value = toggled(parts.peek(), part);
                }}
              >
                {part.name}
                <Icon name="cross" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <fieldset class="desk-chips" aria-label={N.chooseKind()}>
        {kinds.map((kind) => (
          <Button
            key={kind}
            aria-pressed={by.value === kind}
            onClick={() => {
              by.value = kind;
            }}
          >
            {NAMES[kind]()}
          </Button>
        ))}
      </fieldset>
      <Choices {...props} by={by.value} classes={classes} />
      <p id="audience-fault" class="fault" role="alert">
        {fault}
      </p>
    </fieldset>
  );
}

function Choices({
  school,
  isPrincipal,
  classes,
  groups,
  parts,
  by,
}: Props & { by: AudienceKind }) {
  const put = (part: Part) => {
    parts.value = toggled(parts.peek(), part);
  };
  switch (by) {
    case "school":
      return (
        <Chips
          list={[{ kind: "school", ref: "", name: N.toSchool() }]}
          parts={parts.value}
          onTap={put}
        />
      );
    case "grade": {
      const grades = [...new Set(classes.map((each) => each.grade))].sort((a, b) => a - b);
      const list = grades.map((n): Part => ({ kind: "grade", ref: `${n}`, name: L.grade(n) }));
      return <Chips list={list} parts={parts.value} onTap={put} />;
    }
    case "class": {
      const list = classes.map(
        ({ id, name }): Part => ({ kind: "class", ref: id, name: N.classOf(name) }),
      );
      return <Chips list={list} parts={parts.value} onTap={put} />;
    }
    case "group":
      return (
        <Loaded query={groups}>
          {(found) => (
            <>
              <Chips
                list={found.map(({ id, name }) => ({
                  kind: "group",
                  ref: id,
                  name: N.group(name),
                }))}
                parts={parts.value}
                onTap={put}
              />
              {found.length === 0 && <p class="muted">{N.noGroups()}</p>}
              <a class="button quiet" href={isPrincipal ? `/nhom?truong=${school}` : "/nhom"}>
                <Icon name="people" />
                {N.toGroups()}
              </a>
            </>
          )}
        </Loaded>
      );
    default:
      return (
        <FindPerson
          key={by}
          school={school}
          kind={by}
          label={by === "staff" ? N.findStaff() : N.findPupil()}
          onChoose={({ kind, id, name, more }) => {
            const part: Part = { kind, ref: id, name: more ? `${name} (${more})` : name };
            if (!has(parts.peek(), part)) put(part);
          }}
        />
      );
  }
}

interface ChipsProps {
  list: readonly Part[];
  parts: readonly Part[];
  onTap: (part: Part) => void;
}

function Chips({ list, parts, onTap }: ChipsProps) {
  return (
    <div class="desk-chips">
      {list.map((part) => (
        <Button key={part.ref} aria-pressed={has(parts, part)} onClick={() => onTap(part)}>
          {part.name}
        </Button>
      ))}
    </div>
  );
}

interface ReachProps {
  reach: Schemas["Reach"] | null;
}

/** How many it would reach, and how many of them nobody can. */
export function ReachWords({ reach }: ReachProps) {
  if (!reach) return <p class="muted">{N.counting()}</p>;
  const { pupils, accounts, without_account, staff, schools } = reach;
  return (
    <div class="stack-small" role="status">
      {pupils > 0 && <p>{N.reach(count(pupils), count(accounts))}</p>}
      {staff > 0 && <p>{N.reachStaff(count(staff))}</p>}
      {schools > 1 && <p>{N.reachSchools(count(schools))}</p>}
      {pupils + staff === 0 && <p class="fault">{N.reachNobody()}</p>}
      {without_account > 0 && (
        <p>
          <Badge tone="late">{N.unreached(count(without_account))}</Badge>
        </p>
      )}
    </div>
  );
}
