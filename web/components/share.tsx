/** A rate as a bar with its figure, and the mark that it should reach. */

import { percentOf } from "../money";
import { Progress } from "./progress";
import "./money.css";

interface Props {
  label: string;
  part: number;
  whole: number;
  /** Percent that are aimed at. */
  goal?: number | null;
  /** In place of the percent: “12/40”. */
  figure?: string;
}

export function Share({ label, part, whole, goal, figure }: Props) {
  const percent = percentOf(part, whole);
  const isThere = goal != null && percent !== null && percent >= goal;
  return (
    <div class="share">
      <span class="share-words">
        <span>{label}</span>
        <strong>{figure ?? (percent === null ? "–" : `${percent}%`)}</strong>
      </span>
      <div class="share-goal">
        <Progress done={part} total={whole} label={label} tone={isThere ? "good" : "plain"} />
        {goal != null && <span style={{ left: `${goal}%` }} />}
      </div>
    </div>
  );
}
