/** The close of a day: what should be there, what was counted, and why it differs. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { MoneyField } from "../../components/money_field";
import { Badge, Button, Card, Loaded, Note } from "../../components/ui";
import { count, moment, schoolDay } from "../../format";
import { T } from "../../i18n/till";
import { K } from "../../i18n/till_books";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { Select } from "../office/inputs";
import { dayShort } from "./days";
import { isAccountant, TillPage } from "./frame";
import { Text } from "./inputs";
import { type Account, useAccounts } from "./lists";
import { Rest } from "./rest";
import { Said } from "./said";

type Sums = Schemas["CloseSums"];
type Line = Schemas["CloseLine"];

export default function Closes({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const accounts = useAccounts(school);
  const page = (cursor?: string) =>
    of(api.GET("/v1/fees/closes", { params: { query: { school_id: school, cursor, limit: 31 } } }));
  const query = useQuery(`thu-khoa/${school}`, () => page(), { keeps: false });
  const said = useSignal("");
  return (
    <TillPage school={school} here="thu/khoa-so" title={T.closes()}>
      <p class="muted">{K.closeLead()}</p>
      <Said words={said.value} of={query.data.value} />
      {isAccountant() && (
        <Loaded query={accounts}>
          {(all) => (
            <Choose
              school={school}
              accounts={all.filter((each) => !each.ended_at)}
              onClosed={async () => {
                said.value = K.closed();
                await query.reload();
              }}
            />
          )}
        </Loaded>
      )}
      <Card>
        <h2>{K.former()}</h2>
        <Loaded query={query}>
          {(found) => (
            <>
              {found.items.length === 0 && <p class="muted">{K.closesNone()}</p>}
              <ul class="plain-list">
                {found.items.map((line) => (
                  <li key={`${line.account_id}/${line.day}/${line.cashier}`}>
                    <Former line={line} />
                  </li>
                ))}
              </ul>
              {found.items.length > 0 && <Rest query={query} found={found} page={page} />}
            </>
          )}
        </Loaded>
      </Card>
    </TillPage>
  );
}

interface ChooseProps {
  school: number;
  accounts: readonly Account[];
  onClosed: () => Promise<void>;
}

function Choose({ school, accounts, onClosed }: ChooseProps) {
  const account = useSignal<string>(
    (accounts.find((each) => each.is_default) ?? accounts[0])?.id ?? "",
  );
  const day = useSignal(schoolDay());
  const turn = useSignal(0);
  if (!account.value) return null;
  return (
    <Card aria-label={K.closeDay()}>
      <div class="till-filters">
        <Select
          label={K.account()}
          value={account}
          options={accounts.map((each) => [each.id, each.name])}
        />
        <Text label={K.day()} type="date" max={schoolDay()} value={day} />
      </div>
      {day.value && (
        <Count
          key={`${account.value}/${day.value}/${turn.value}`}
          school={school}
          account={account}
          day={day.value}
          onClosed={async () => {
            turn.value += 1;
            await onClosed();
          }}
        />
      )}
    </Card>
  );
}

interface CountProps {
  school: number;
  account: Signal<string>;
  day: string;
  onClosed: () => Promise<void>;
}

function Count({ school, account, day, onClosed }: CountProps) {
  const asked = { school_id: school, account_id: account.value, day };
  const query = useQuery(
    `thu-khoa/${account.value}/${day}`,
    () => of(api.GET("/v1/fees/closes/expected", { params: { query: asked } })),
    { keeps: false },
  );
  return (
    <Loaded query={query}>
      {(sums) =>
        sums.is_closed ? (
          <Note>{K.isClosed()}</Note>
        ) : (
          <CountForm school={school} sums={sums} onClosed={onClosed} />
        )
      }
    </Loaded>
  );
}

function CountForm({
  school,
  sums,
  onClosed,
}: Omit<CountProps, "account" | "day"> & { sums: Sums }) {
  const sending = useSending();
  const counted = useSignal<number | null>(null);
  const note = useSignal("");
  const tried = useSignal(false);
  const off = (counted.value ?? 0) - sums.expected;
  const countedFault = counted.value === null ? T.amountMissing() : "";
  const noteFault = off !== 0 && !note.value.trim() ? K.noteMissing() : "";

  async function close(): Promise<void> {
    const body = {
      school_id: school,
      account_id: sums.account_id,
      day: sums.day,
      counted: counted.value ?? 0,
      note: note.value.trim(),
    };
    await of(api.POST("/v1/fees/closes", { body }));
    await onClosed();
  }

  return (
    <Form
      sending={sending}
      onSend={close}
      check={() => {
        tried.value = true;
        return !countedFault && !noteFault;
      }}
    >
      <p class="till-pair">
        <span>
          {K.expected()} · {K.times(count(sums.count))}
        </span>
        <strong>{dong(sums.expected)}</strong>
      </p>
      {sums.waiting > 0 && <Note tone="late">{K.waiting(count(sums.waiting))}</Note>}
      <MoneyField
        label={sums.kind === "cash" ? K.counted() : K.countedBank()}
        hint={sums.kind === "cash" ? undefined : K.countedBankHint()}
        value={counted}
        fault={tried.value ? countedFault : ""}
      />
      {counted.value !== null && (
        <p class="till-pair" aria-live="polite">
          <span>{K.difference()}</span>
          {off === 0 ? <Badge tone="good">{K.fits()}</Badge> : <strong>{dong(off)}</strong>}
        </p>
      )}
      <Text
        label={K.note()}
        value={note}
        fault={tried.value ? noteFault : ""}
        maxLength={500}
        autoComplete="off"
      />
      <Button kind="main" type="submit" class="till-start" busy={sending.busy.value}>
        {K.closeDay()}
      </Button>
    </Form>
  );
}

function Former({ line }: { line: Line }) {
  return (
    <div class="row">
      <span class="grow">
        <strong>
          {dayShort(line.day)} · {line.account_name}
        </strong>
        <span class="muted small">
          {[line.closed_by_name, moment(line.closed_at), line.note].filter(Boolean).join(" · ")}
        </span>
        {line.expected_now !== line.expected && (
          <span class="small">{K.later(dong(line.expected_now))}</span>
        )}
      </span>
      <span class="till-money">
        {dong(line.counted)}
        <br />
        {line.difference === 0 ? (
          <Badge tone="good">{K.fits()}</Badge>
        ) : (
          <Badge tone="late">{dong(line.difference)}</Badge>
        )}
      </span>
    </div>
  );
}
