/** What a statement would do, or has done. */

import { Button, Card, Note } from "../../components/ui";
import { count } from "../../format";
import { M } from "../../i18n/till_money";
import { dong } from "../../money";
import { tillPath } from "./frame";
import { profileName, type Result, type Stage } from "./statement_work";

interface Props {
  school: number;
  stage: Extract<Stage, { at: "answered" }>;
  onImport: () => void;
}

export function Answered({ school, stage: { isDry, result }, onImport }: Props) {
  if (result.errors.length > 0) return <Errors result={result} />;
  return (
    <Card>
      <Note tone={isDry ? "plain" : "good"}>
        <strong>{isDry ? M.stChecked() : M.stImported()}</strong>
        <p class="small">{M.stRows(count(result.rows), profileName(result.profile))}</p>
        {result.is_known && <p>{M.stKnown()}</p>}
      </Note>
      {result.broken_at.length > 0 && (
        <Note tone="late">{M.stBroken(result.broken_at.map(count).join(", "))}</Note>
      )}
      <Sums result={result} />
      {isDry ? (
        <Button kind="main" class="till-start" onClick={onImport}>
          {M.stImport()}
        </Button>
      ) : (
        <div class="across">
          {result.sums.left > 0 && (
            <Button kind="main" onClick={onImport}>
              {M.stMore()}
            </Button>
          )}
          <a class="button main" href={tillPath(school, "thu/tien-ve")}>
            {M.stToReview()}
          </a>
          {result.statement_id && result.sums.waiting > 0 && (
            <a class="button" href={tillPath(school, "thu/sao-ke", result.statement_id)}>
              {M.stWaits(count(result.sums.waiting))}
            </a>
          )}
        </div>
      )}
    </Card>
  );
}

function Sums({ result: { sums } }: { result: Result }) {
  const rows = [
    [M.stNew(), sums.new],
    [M.stSeen(), sums.known],
    [M.stWaiting(), sums.waiting],
    [M.stRefunds(), sums.refunds],
    [M.stOut(), sums.other_out],
  ] as const;
  return (
    <div class="stack-small">
      {rows.map(([name, n]) => (
        <p key={name} class="till-pair">
          <span>{name}</span>
          <strong>{count(n)}</strong>
        </p>
      ))}
      <p class="till-pair">
        <span>{M.stIn()}</span>
        <strong>{dong(sums.amount_in)}</strong>
      </p>
    </div>
  );
}

function Errors({ result: { errors } }: { result: Result }) {
  return (
    <Note tone="bad">
      <strong>{M.stErrors()}</strong>
      <ul class="plain-list">
        {errors.map((each) => (
          <li key={`${each.row}/${each.column}`}>
            {M.stRow(count(each.row))}
            {each.column && ` · ${each.column}`}: {each.message}
          </li>
        ))}
      </ul>
    </Note>
  );
}
