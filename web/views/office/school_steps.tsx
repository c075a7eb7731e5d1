/** A school's checklist as the department sees it: numbers, and what is next. */

import { api, of, type Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Dialog, Loaded } from "../../components/ui";
import { O } from "../../i18n/office";
import { useQuery } from "../../query";
import { countOf } from "./steps";

interface Props {
  school: Schemas["SchoolProgress"];
  onClose: () => void;
}

const STATES = { done: O.stateDone, started: O.stateStarted, todo: O.stateTodo };

export function SchoolSteps({ school, onClose }: Props) {
  const path = { school_id: school.school_id };
  const query = useQuery(`setup/${school.school_id}`, () =>
    of(api.GET("/v1/schools/{school_id}/setup", { params: { path } })),
  );
  return (
    <Dialog title={school.name} onClose={onClose}>
      <Loaded query={query}>
        {(setup) => (
          <ol class="plain-list">
            {setup.steps.map((step, n) => (
              <li key={step.key} class={`row ${step.state}`}>
                <span class="setup-mark" aria-hidden="true">
                  {step.state === "done" ? <Icon name="check" /> : n + 1}
                </span>
                <span class="grow">
                  <strong>{step.title}</strong>
                  <span class="muted small">
                    {[STATES[step.state](), countOf(step)].filter(Boolean).join(" · ")}
                  </span>
                </span>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Dialog>
  );
}
