/** Bank statements: chosen, checked, imported; and those of before. */

import "../office/imports.css";
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Badge, Card, Empty, Fault, Loaded, Spinner } from "../../components/ui";
import { Upload } from "../../components/upload";
import { count, moment } from "../../format";
import { T } from "../../i18n/till";
import { M } from "../../i18n/till_money";
import { S } from "../../i18n/till_setup";
import { type Query, useQuery } from "../../query";
import type { Parameters } from "../../router";
import { Select } from "../office/inputs";
import { dayShort } from "./days";
import { TillPage, tillPath } from "./frame";
import { type Account, useAccounts } from "./lists";
import { Rest } from "./rest";
import { Answered } from "./statement_result";
import { makeWork, PROFILES, profileName } from "./statement_work";

type Page = Schemas["StatementLinePage"];

export default function Statements({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const accounts = useAccounts(school);
  const page = (cursor?: string) =>
    of(
      api.GET("/v1/fees/statements", {
        params: { query: { school_id: school, cursor, limit: 20 } },
      }),
    );
  const former = useQuery(`thu-sao-ke/${school}`, () => page(), { keeps: false });
  return (
    <TillPage school={school} here="thu/sao-ke" title={T.statements()}>
      <p class="muted">{M.stLead()}</p>
      <Loaded query={accounts}>
        {(all) => {
          // Also those that are over, which stand last: money comes to them by old codes.
          const banks = all.filter((each) => each.kind === "bank");
          return banks.length ? (
            <Import school={school} banks={banks} onImported={former.reload} />
          ) : (
            <Empty icon="bank" title={S.accountsNone()}>
              <a class="button" href={tillPath(school, "thu/tai-khoan")}>
                {T.accounts()}
              </a>
            </Empty>
          );
        }}
      </Loaded>
      <Former school={school} query={former} page={page} />
    </TillPage>
  );
}

interface ImportProps {
  school: number;
  banks: readonly Account[];
  onImported: () => Promise<void>;
}

function Import({ school, banks, onImported }: ImportProps) {
  const work = useMemo(makeWork, []);
  const file: Signal<File | null> = useSignal(null);
  const standard = banks.find((each) => each.is_default) ?? banks[0];
  const account = useSignal<string>(standard?.id ?? "");
  const profile = useSignal<string>("");
  const stage = work.stage.value;
  const answer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On a phone it stands below what was chosen, out of sight.
    if (stage.at === "answered" || stage.at === "failed")
      answer.current?.scrollIntoView({ block: "nearest" });
  }, [stage]);
  const asked = () => ({ school, account: account.peek(), profile: profile.peek() });

  async function run(isDry: boolean): Promise<void> {
    const chosen = file.peek();
    if (!chosen) return;
    await work.run(chosen, asked(), isDry);
    if (!isDry) await onImported();
  }

  return (
    <div class="till-two">
      <Card>
        <div class="till-filters">
          <Select
            label={M.stAccount()}
            value={account}
            options={banks.map((each) => [each.id, nameOf(each)])}
          />
          <Select
            label={M.stProfile()}
            value={profile}
            options={[
              ["", M.stGuess()],
              ...PROFILES.map((each) => [each, profileName(each)] as const),
            ]}
          />
        </div>
        <Upload
          label={file.value ? M.stAgain() : M.stChoose()}
          hint={M.stHint()}
          orDrop={M.stDrop()}
          accept=".xlsx,.csv,text/csv"
          disabled={stage.at === "sending"}
          onFile={(chosen) => {
            file.value = chosen;
            void run(true);
          }}
        />
        {file.value && <p class="muted">{file.value.name}</p>}
      </Card>
      <div ref={answer} class="stack till-answer" aria-live="polite">
        {stage.at === "sending" && (
          <Card>
            <p class="strong">{stage.isDry ? M.stChecking() : M.stImporting()}</p>
            <Spinner />
          </Card>
        )}
        {stage.at === "failed" && <Fault error={stage.error} retry={() => void run(true)} />}
        {stage.at === "answered" && (
          <Answered school={school} stage={stage} onImport={() => void run(false)} />
        )}
      </div>
    </div>
  );
}

function nameOf(account: Account): string {
  const parts = [account.name, `…${account.number_tail}`, account.ended_at && T.ended()];
  return parts.filter(Boolean).join(" · ");
}

interface FormerProps {
  school: number;
  query: Query<Page>;
  page: (cursor: string) => Promise<Page>;
}

function Former({ school, query, page }: FormerProps) {
  return (
    <Card>
      <h2>{M.stFormer()}</h2>
      <Loaded query={query}>
        {(found) => (
          <>
            {found.items.length === 0 && <p class="muted">{M.stNone()}</p>}
            <ul class="plain-list">
              {found.items.map((each) => (
                <li key={each.id}>
                  <a class="row" href={tillPath(school, "thu/sao-ke", each.id)}>
                    <span class="grow">
                      <strong>{each.file_name}</strong>
                      <span class="muted small">
                        {M.stDays(dayShort(each.from_day), dayShort(each.to_day))} ·{" "}
                        {T.by(each.imported_by_name ?? "")} · {moment(each.imported_at)}
                      </span>
                    </span>
                    {each.left > 0 && <Badge tone="bad">{M.stLeft(count(each.left))}</Badge>}
                    {each.waiting > 0 && (
                      <Badge tone="late">{M.stWaits(count(each.waiting))}</Badge>
                    )}
                    <Icon name="next" />
                  </a>
                </li>
              ))}
            </ul>
            {found.items.length > 0 && <Rest query={query} found={found} page={page} />}
          </>
        )}
      </Loaded>
    </Card>
  );
}
