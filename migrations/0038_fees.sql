-- migrate:up

-- Money of schools. Every amount is whole đồng.

-- A webhook names its merchant; the merchant names the school whose rows may be opened.
create table merchant_school (
    id uuid primary key,
    school_id integer not null references school
);
grant select, insert on merchant_school to ct_app;

-- What may not be collected, whoever asks: words that a fee item's name may not say.
create table forbidden_collection (
    id uuid primary key,
    org_unit_id integer references org_unit, -- null: the state's rule, for everybody
    collector text check (collector in ('school', 'parents_board')), -- null: either
    name text not null check (length(name) between 1 and 150),
    words text[] not null check (cardinality(words) between 1 and 20), -- search keys, any of them
    legal_basis text not null check (length(legal_basis) between 1 and 300),
    created_by uuid,
    created_at timestamptz not null,
    ended_at timestamptz
);
grant select, insert, update on forbidden_collection to ct_app;

create table fee_account (
    school_id integer not null references school,
    id uuid not null,
    kind text not null check (kind in ('bank', 'cash')),
    name text not null check (length(name) between 1 and 100),
    bank_bin text check (bank_bin ~ '^[0-9]{6}$'),
    number bytea, -- sealed under the school's key
    number_index bytea, -- blind
    number_tail text check (length(number_tail) <= 4),
    holder text check (length(holder) between 1 and 100), -- as the bank writes it
    is_default boolean not null,
    created_by uuid not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    ended_at timestamptz,
    primary key (school_id, id),
    check ((kind = 'bank') = (bank_bin is not null and number is not null
        and number_index is not null and number_tail is not null and holder is not null))
);
create unique index fee_account_number on fee_account (school_id, bank_bin, number_index)
    where ended_at is null and kind = 'bank';
create unique index fee_account_cash on fee_account (school_id) where kind = 'cash' and ended_at is null;
create unique index fee_account_default on fee_account (school_id) where is_default and ended_at is null;

-- Who tells us of money on an account; its secrets are written and never shown.
create table merchant (
    school_id integer not null,
    id uuid not null,
    account_id uuid not null, -- the fee account
    provider text not null check (provider in ('sepay')),
    secret bytea not null, -- sealed; signs the webhooks
    former_secret bytea, -- still taken until then, when a secret is changed
    former_until timestamptz,
    api_token bytea, -- sealed; null: not polled
    created_by uuid not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    ended_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, account_id) references fee_account,
    check ((former_secret is null) = (former_until is null))
);
create unique index merchant_of_account on merchant (school_id, account_id) where ended_at is null;

create table merchant_poll (
    school_id integer not null,
    merchant_id uuid not null,
    due_at timestamptz not null,
    seen_until text, -- the provider's own mark of where we are
    attempts smallint not null default 0,
    done_at timestamptz,
    failure text check (length(failure) <= 200),
    primary key (school_id, merchant_id),
    foreign key (school_id, merchant_id) references merchant
);
create index merchant_poll_due on merchant_poll (due_at);

create table fee_item (
    school_id integer not null references school,
    id uuid not null,
    name text not null check (length(name) between 1 and 150),
    name_key text not null,
    category text not null check (category in ('tuition', 'meal', 'boarding', 'insurance', 'service',
        'uniform', 'material', 'other')),
    collector text not null check (collector in ('school', 'parents_board')),
    legal_basis text not null check (length(legal_basis) between 1 and 300),
    unit text not null check (unit in ('period', 'month', 'day')),
    amount bigint not null check (amount between 0 and 1000000000), -- of one unit, offered
    cap bigint check (cap >= 0), -- the most of one unit that the basis allows
    is_voluntary boolean not null,
    receipt_kind text not null check (receipt_kind in ('none', 'receipt', 'e_invoice')),
    kitchen_cut_off time, -- an absence approved until then costs no meal
    kitchen_days_before smallint check (kitchen_days_before between 0 and 7),
    created_by uuid not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    ended_at timestamptz,
    primary key (school_id, id),
    check (cap is null or amount <= cap),
    check ((category = 'meal' and unit = 'day')
        = (kitchen_cut_off is not null and kitchen_days_before is not null)),
    check (collector = 'school' or is_voluntary)
);
create unique index fee_item_name on fee_item (school_id, name_key) where ended_at is null;

create table billing_period (
    school_id integer not null,
    id uuid not null,
    name text not null check (length(name) between 1 and 100),
    from_day date not null,
    to_day date not null,
    due_day date not null,
    account_id uuid not null, -- where it is paid to
    accepts_partial boolean not null,
    state text not null check (state in ('draft', 'open', 'closed')),
    created_by uuid not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    closed_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, account_id) references fee_account,
    check (from_day <= to_day and to_day - from_day <= 400)
);

-- What a period asks of whom. `quantity` null: the school's days of the period, of a daily item.
create table period_charge (
    school_id integer not null,
    id uuid not null,
    period_id uuid not null,
    item_id uuid not null,
    seq smallint not null check (seq between 1 and 12), -- which instalment
    due_day date, -- its own; null: the period's
    amount bigint not null check (amount between 0 and 1000000000), -- of one unit
    quantity smallint check (quantity between 1 and 366),
    scope text not null check (scope in ('school', 'grade', 'class', 'student')),
    ref text not null check (length(ref) <= 36), -- '' of the school, a grade's number, or an id
    created_at timestamptz not null,
    ended_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, period_id) references billing_period,
    foreign key (school_id, item_id) references fee_item
);
create unique index period_charge_once on period_charge (school_id, period_id, item_id, seq, scope, ref)
    where ended_at is null;

create table waiver (
    school_id integer not null,
    id uuid not null,
    student_id uuid not null,
    item_id uuid, -- null: each that is not voluntary
    kind text not null check (kind in ('percent', 'amount')),
    value bigint not null check (value > 0), -- of an amount: of each line it is about
    ground text not null check (ground in ('policy', 'sibling', 'staff', 'hardship', 'other')),
    reason bytea not null, -- sealed: it may speak of a family's poverty
    from_day date not null,
    to_day date not null,
    state text not null check (state in ('requested', 'approved', 'rejected', 'ended')),
    requested_by uuid not null,
    requested_at timestamptz not null,
    decided_by uuid,
    decided_at timestamptz,
    decided_reason text check (length(decided_reason) <= 500),
    ended_by uuid,
    ended_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    foreign key (school_id, item_id) references fee_item,
    check (kind = 'amount' or value <= 100),
    check (from_day <= to_day),
    check ((state = 'requested') = (decided_by is null)),
    check (decided_by <> requested_by)
);
create index waiver_of_student on waiver (school_id, student_id);

create table invoice (
    school_id integer not null,
    id uuid not null,
    student_id uuid not null,
    period_id uuid not null,
    seq smallint not null check (seq between 1 and 12),
    is_voluntary boolean not null, -- an offer: never a debt, never reminded of
    class_id uuid, -- the pupil's, when it was issued
    account_id uuid not null, -- the fee account it is paid to
    pay_ref text not null,
    state text not null check (state in ('draft', 'open', 'void', 'written_off')),
    due_day date not null,
    charged bigint not null check (charged >= 0),
    waived bigint not null check (waived between 0 and charged),
    paid bigint not null default 0 check (paid >= 0),
    total bigint not null generated always as (charged - waived) stored,
    settlement text not null generated always as (
        case when paid >= charged - waived then 'paid' when paid > 0 then 'partial' else 'unpaid' end
    ) stored,
    replaces uuid, -- the void one that it was issued anew for
    issued_by uuid not null,
    drafted_at timestamptz not null,
    opened_at timestamptz,
    voided_by uuid,
    voided_at timestamptz,
    void_reason text check (length(void_reason) between 1 and 500),
    written_off_by uuid,
    written_off_at timestamptz,
    write_off_reason text check (length(write_off_reason) between 1 and 500),
    declined_at timestamptz, -- an offer that the family does not want
    changed_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    foreign key (school_id, period_id) references billing_period,
    foreign key (school_id, account_id) references fee_account,
    check (paid <= charged - waived),
    check (state <> 'void' or paid = 0),
    check ((state = 'draft') = (opened_at is null) or state = 'void'),
    check ((state = 'void') = (voided_at is not null and void_reason is not null)),
    check ((state = 'written_off')
        = (written_off_at is not null and written_off_by is not null and write_off_reason is not null)),
    check (declined_at is null or is_voluntary)
);
create unique index invoice_pay_ref on invoice (school_id, pay_ref);
create unique index invoice_one_live on invoice (school_id, student_id, period_id, seq, is_voluntary)
    where state <> 'void';
create index invoice_of_student on invoice (school_id, student_id, drafted_at desc);
create index invoice_of_period on invoice (school_id, period_id, class_id);
create index invoice_due on invoice (school_id, due_day)
    where state = 'open' and settlement <> 'paid' and not is_voluntary;

-- Written with its invoice, frozen once that is open. A meal not eaten is a line below zero.
create table invoice_line (
    school_id integer not null,
    invoice_id uuid not null,
    n smallint not null check (n between 1 and 200),
    kind text not null check (kind in ('charge', 'meal_credit')),
    item_id uuid not null,
    waiver_id uuid,
    name text not null,
    legal_basis text not null,
    unit text not null,
    quantity smallint not null check (quantity > 0),
    unit_amount bigint not null,
    amount bigint not null,
    waived bigint not null check (waived >= 0),
    receipt_kind text not null,
    primary key (school_id, invoice_id, n),
    foreign key (school_id, invoice_id) references invoice,
    foreign key (school_id, item_id) references fee_item,
    check (amount = quantity * unit_amount),
    check ((kind = 'charge') = (unit_amount >= 0)),
    check (waived <= greatest(amount, 0))
);

create function invoice_line_frozen() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' or not exists (
        select from invoice i where i.school_id = old.school_id and i.id = old.invoice_id
           and i.state = 'draft') then
        raise exception 'the lines of an open invoice stay' using errcode = 'restrict_violation';
    end if;
    return old;
end $$;
create trigger frozen before update or delete on invoice_line
    for each row execute function invoice_line_frozen();

-- After: another school's row is refused as such first. Once a statement: a school's issue adds
-- 16,000 lines.
create function invoice_line_added() returns trigger language plpgsql as $$
begin
    if exists (
        select from added a
          left join invoice i on i.school_id = a.school_id and i.id = a.invoice_id
           and i.state = 'draft'
         where i.id is null) then
        raise exception 'the lines of an open invoice stay' using errcode = 'restrict_violation';
    end if;
    return null;
end $$;
create trigger not_added after insert on invoice_line referencing new table as added
    for each statement execute function invoice_line_added();

-- A day's meal that was paid for and not cooked: once, on one bill.
create table meal_credit (
    school_id integer not null,
    student_id uuid not null,
    item_id uuid not null,
    day date not null,
    amount bigint not null check (amount > 0),
    ground text not null check (ground in ('leave', 'closure')),
    charged_on uuid not null, -- the invoice that asked for it
    used_on uuid, -- the invoice that it lowers; null: not yet, or that one is void
    found_at timestamptz not null,
    primary key (school_id, student_id, item_id, day),
    foreign key (school_id, charged_on) references invoice,
    foreign key (school_id, used_on) references invoice
);
create index meal_credit_of_invoice on meal_credit (school_id, used_on) where used_on is not null;

create table fee_reminder (
    school_id integer not null,
    invoice_id uuid not null,
    nth smallint not null check (nth between 1 and 3),
    sent_by uuid not null,
    sent_at timestamptz not null,
    primary key (school_id, invoice_id, nth),
    foreign key (school_id, invoice_id) references invoice
);

-- A family about to pay: one reference, one QR, for bills of one school.
create table payment_intent (
    school_id integer not null,
    id uuid not null,
    payer_account_id uuid not null, -- who asked; not a key to anything
    account_id uuid not null, -- the fee account
    pay_ref text not null,
    amount bigint not null check (amount > 0),
    state text not null check (state in ('pending', 'succeeded', 'failed', 'expired')),
    fund_id uuid,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    changed_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, account_id) references fee_account
);
create unique index payment_intent_ref on payment_intent (school_id, pay_ref);
create index payment_intent_of_payer on payment_intent (school_id, payer_account_id, created_at desc);

create table payment_intent_share (
    school_id integer not null,
    intent_id uuid not null,
    invoice_id uuid not null,
    amount bigint not null check (amount > 0),
    primary key (school_id, intent_id, invoice_id),
    foreign key (school_id, intent_id) references payment_intent,
    foreign key (school_id, invoice_id) references invoice
);

-- One reference leads to one thing, whatever kind it is.
create table pay_reference (
    school_id integer not null references school,
    ref text not null check (ref ~ '^HP[0-9A-HJKMNP-TV-Z]{9}$'),
    invoice_id uuid,
    intent_id uuid,
    primary key (school_id, ref),
    check (num_nonnulls(invoice_id, intent_id) = 1)
);

-- Money that arrived, as the bank or the counter says.
create table fund (
    school_id integer not null,
    id uuid not null,
    account_id uuid not null, -- the fee account
    bank_ref text not null check (length(bank_ref) between 1 and 100),
    channel text not null check (channel in ('transfer', 'cash')),
    amount bigint not null check (amount > 0),
    allocated bigint not null default 0 check (allocated >= 0),
    refund_held bigint not null default 0 check (refund_held >= 0), -- asked back, under way or gone
    free bigint not null generated always as (amount - allocated - refund_held) stored,
    received_at timestamptz not null, -- the bank's time
    day date not null, -- its local day
    memo bytea, -- sealed
    payer bytea, -- sealed
    review text check (review in ('no_reference', 'unknown_reference', 'over', 'under', 'not_open',
        'other_account', 'duplicate', 'late')), -- why it waits for a person
    credit_student_id uuid, -- whose next bill the free part goes to
    intent_id uuid,
    found_at timestamptz not null,
    changed_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, account_id) references fee_account,
    foreign key (school_id, credit_student_id) references student,
    foreign key (school_id, intent_id) references payment_intent,
    check (allocated + refund_held <= amount)
);
create unique index fund_bank_ref on fund (school_id, account_id, bank_ref);
create index fund_of_day on fund (school_id, account_id, day);
create index fund_by_row on fund (school_id, account_id, day, amount)
    where bank_ref like 'row:%'; -- of a statement that has no references
create index fund_in_review on fund (school_id, received_at) where review is not null;
create index fund_free on fund (school_id, credit_student_id)
    where credit_student_id is not null and amount > allocated + refund_held;

-- Who told of it: several sources of one transfer.
create table fund_sighting (
    school_id integer not null,
    fund_id uuid not null,
    source text not null check (source in ('webhook', 'poll', 'statement', 'counter')),
    source_ref text not null check (length(source_ref) <= 200),
    seen_at timestamptz not null,
    primary key (school_id, fund_id, source, source_ref),
    foreign key (school_id, fund_id) references fund
);

create table allocation (
    school_id integer not null,
    id uuid not null,
    fund_id uuid not null,
    invoice_id uuid not null,
    amount bigint not null check (amount <> 0),
    how text not null check (how in ('auto', 'confirmed', 'credit', 'cash', 'reversal')),
    reverses uuid,
    reason text check (length(reason) <= 500),
    made_by uuid, -- the account; null: by the reference alone
    made_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, fund_id) references fund,
    foreign key (school_id, invoice_id) references invoice,
    foreign key (school_id, reverses) references allocation,
    check ((amount < 0) = (reverses is not null and how = 'reversal'))
);
create unique index allocation_reversed_once on allocation (school_id, reverses) where reverses is not null;
create index allocation_of_fund on allocation (school_id, fund_id);
create index allocation_of_invoice on allocation (school_id, invoice_id);

-- What a person decided about a fund, by the client's id: asked again, it is not done again.
create table fund_decision (
    school_id integer not null,
    id uuid not null,
    fund_id uuid not null,
    body_hash bytea not null,
    made_by uuid not null,
    made_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, fund_id) references fund
);

create table refund (
    school_id integer not null,
    id uuid not null,
    fund_id uuid not null,
    amount bigint not null check (amount > 0),
    state text not null check (state in ('requested', 'sent', 'succeeded', 'failed', 'rejected')),
    reason text not null check (length(reason) between 1 and 500),
    to_bank_bin text not null check (to_bank_bin ~ '^[0-9]{6}$'),
    to_number bytea not null, -- sealed
    to_holder bytea not null, -- sealed
    requested_by uuid not null,
    requested_at timestamptz not null,
    decided_by uuid,
    decided_at timestamptz,
    decided_reason text check (length(decided_reason) <= 500),
    bank_ref text check (length(bank_ref) between 1 and 100), -- of the transfer back
    settled_by uuid,
    settled_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, fund_id) references fund,
    check (decided_by <> requested_by),
    check ((state = 'requested') = (decided_by is null)),
    check ((state = 'succeeded') = (bank_ref is not null)),
    check ((state in ('succeeded', 'failed')) = (settled_at is not null))
);
create index refund_of_fund on refund (school_id, fund_id);
create index refund_open on refund (school_id, requested_at) where state in ('requested', 'sent');

-- Cash over the counter: it counts when a second person has confirmed it.
create table cash_intake (
    school_id integer not null,
    id uuid not null,
    account_id uuid not null, -- the cash account
    amount bigint not null check (amount > 0),
    day date not null,
    payer text not null check (length(payer) <= 100),
    state text not null check (state in ('taken', 'confirmed', 'cancelled')),
    taken_by uuid not null,
    taken_at timestamptz not null,
    decided_by uuid,
    decided_at timestamptz,
    cancel_reason text check (length(cancel_reason) between 1 and 500),
    fund_id uuid,
    primary key (school_id, id),
    foreign key (school_id, account_id) references fee_account,
    foreign key (school_id, fund_id) references fund,
    check (state <> 'confirmed' or (decided_by <> taken_by and fund_id is not null)),
    check ((state = 'taken') = (decided_at is null))
);
create index cash_intake_of_day on cash_intake (school_id, day);

create table cash_intake_share (
    school_id integer not null,
    intake_id uuid not null,
    invoice_id uuid not null,
    amount bigint not null check (amount > 0),
    primary key (school_id, intake_id, invoice_id),
    foreign key (school_id, intake_id) references cash_intake,
    foreign key (school_id, invoice_id) references invoice
);

-- What a gateway told us, verified, before anything is made of it.
create table gateway_inbox (
    school_id integer not null,
    merchant_id uuid not null,
    event_key text not null check (length(event_key) between 1 and 100),
    source text not null check (source in ('webhook', 'poll')),
    body bytea not null, -- sealed
    body_hash bytea not null,
    received_at timestamptz not null,
    due_at timestamptz not null,
    attempts smallint not null default 0,
    state text not null check (state in ('received', 'done', 'set_aside')),
    outcome text check (outcome in ('fund', 'known', 'outgoing', 'other_account', 'not_vnd',
        'not_positive', 'unreadable', 'differs')),
    fund_id uuid,
    done_at timestamptz,
    primary key (school_id, merchant_id, event_key),
    foreign key (school_id, merchant_id) references merchant,
    foreign key (school_id, fund_id) references fund,
    check ((state = 'received') = (outcome is null)),
    check ((state = 'received') = (done_at is null))
);
create index gateway_inbox_due on gateway_inbox (due_at) where state = 'received';
create index gateway_inbox_of_day on gateway_inbox (school_id, received_at desc);

-- What was refused at the door, counted: a forger fills no table.
create table gateway_refusal (
    school_id integer not null,
    merchant_id uuid not null,
    day date not null,
    reason text not null check (reason in ('bad_signature', 'stale', 'no_signature', 'too_large',
        'unreadable', 'differs', 'ended')),
    times integer not null check (times > 0),
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (school_id, merchant_id, day, reason),
    foreign key (school_id, merchant_id) references merchant
);

create table ledger_txn (
    school_id integer not null references school,
    id uuid not null,
    day date not null,
    made_at timestamptz not null,
    source_kind text not null check (source_kind in ('invoice_opened', 'invoice_voided',
        'invoice_written_off', 'fund', 'allocation', 'refund_held', 'refund_released', 'refund_paid')),
    source_id uuid not null,
    primary key (school_id, id)
);
create unique index ledger_txn_source on ledger_txn (school_id, source_kind, source_id);
create index ledger_txn_of_day on ledger_txn (school_id, day);

-- Debit above zero, credit below; the sum of a transaction is zero.
create table ledger_entry (
    school_id integer not null,
    txn_id uuid not null,
    n smallint not null,
    account text not null check (account ~ '^(money|income):[0-9a-f-]{36}$'
        or account in ('receivable', 'unallocated', 'refund_payable', 'written_off')),
    amount bigint not null check (amount <> 0),
    student_id uuid,
    primary key (school_id, txn_id, n),
    foreign key (school_id, txn_id) references ledger_txn
);
create index ledger_entry_of_account on ledger_entry (school_id, account);

-- What one statement adds is balanced, transaction by transaction: then all of it always is, and
-- nothing has to be looked up. As each row's own lookup it made 2,000 bills cost minutes.
create function ledger_balanced() returns trigger language plpgsql as $$
declare
    off uuid;
begin
    select a.txn_id into off from added a
     group by a.school_id, a.txn_id having sum(a.amount) <> 0 limit 1;
    if off is not null then
        raise exception 'ledger transaction % is not balanced', off
            using errcode = 'check_violation';
    end if;
    return null;
end $$;
create trigger balanced after insert on ledger_entry referencing new table as added
    for each statement execute function ledger_balanced();

create function fee_fact_stays() returns trigger language plpgsql as $$
begin
    raise exception '% is only added to', tg_table_name using errcode = 'restrict_violation';
end $$;

create table receipt_series (
    school_id integer not null references school,
    series text not null check (series ~ '^[A-Z0-9/-]{1,20}$'),
    next_number bigint not null check (next_number > 0),
    primary key (school_id, series)
);

create table receipt (
    school_id integer not null,
    id uuid not null,
    series text not null,
    number bigint not null check (number > 0),
    kind text not null check (kind in ('receipt', 'credit_slip')),
    fund_id uuid not null,
    student_id uuid, -- null: a slip for money that is nobody's yet
    amount bigint not null check (amount > 0),
    lines jsonb not null, -- what it is for, as it was
    state text not null check (state in ('live', 'void')),
    replaces uuid,
    issued_by uuid, -- the account; null: by the reference alone
    issued_at timestamptz not null,
    day date not null,
    voided_by uuid,
    voided_at timestamptz,
    void_reason text check (length(void_reason) <= 500),
    check_code text not null check (length(check_code) between 8 and 64), -- for who verifies it
    pdf_key text, -- in the storage
    primary key (school_id, id),
    foreign key (school_id, series) references receipt_series,
    foreign key (school_id, fund_id) references fund,
    foreign key (school_id, student_id) references student,
    foreign key (school_id, replaces) references receipt,
    check ((state = 'void') = (voided_at is not null))
);
create unique index receipt_number on receipt (school_id, series, number);
create unique index receipt_one_live on receipt
    (school_id, fund_id, kind, coalesce(student_id, '00000000-0000-0000-0000-000000000000'))
    where state = 'live';
create unique index receipt_check_code on receipt (school_id, check_code);
create index receipt_replaced on receipt (school_id, replaces) where replaces is not null;
create index receipt_of_fund on receipt (school_id, fund_id);
create index receipt_of_student on receipt (school_id, student_id, issued_at desc);
create index receipt_unprinted on receipt (issued_at) where pdf_key is null;

create table daily_close (
    school_id integer not null,
    account_id uuid not null, -- the fee account
    day date not null,
    cashier uuid not null, -- the account of who took the cash; of a bank: of who closes
    expected bigint not null,
    counted bigint not null,
    note text not null check (length(note) <= 500),
    closed_by uuid not null,
    closed_at timestamptz not null,
    primary key (school_id, account_id, day, cashier),
    foreign key (school_id, account_id) references fee_account
);

create table bank_statement (
    school_id integer not null,
    id uuid not null,
    account_id uuid not null,
    file_name text not null check (length(file_name) between 1 and 120),
    file_hash bytea not null,
    profile text not null check (length(profile) between 1 and 40),
    from_day date not null,
    to_day date not null,
    opening bigint,
    closing bigint,
    imported_by uuid not null,
    imported_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, account_id) references fee_account
);
create unique index bank_statement_once on bank_statement (school_id, account_id, file_hash);

create table bank_statement_row (
    school_id integer not null,
    statement_id uuid not null,
    n integer not null check (n > 0), -- the sheet's row
    at timestamptz not null,
    day date not null,
    amount bigint not null check (amount <> 0), -- in above zero, out below
    balance bigint,
    bank_ref text check (length(bank_ref) between 1 and 100),
    memo bytea, -- sealed
    fund_id uuid,
    refund_id uuid,
    -- Why a person decides what it is. A row of money in with neither is still to be taken.
    waits text check (waits in ('duplicate_reference', 'amount_differs', 'maybe_known',
        'counts_differ')),
    primary key (school_id, statement_id, n),
    foreign key (school_id, statement_id) references bank_statement,
    foreign key (school_id, fund_id) references fund,
    foreign key (school_id, refund_id) references refund,
    check (waits is null or fund_id is null)
);
create index bank_statement_row_of_fund on bank_statement_row (school_id, fund_id)
    where fund_id is not null;

create table reconciliation (
    school_id integer not null,
    id uuid not null,
    account_id uuid not null,
    from_day date not null,
    to_day date not null,
    differences jsonb not null,
    sums jsonb not null,
    run_by uuid not null,
    run_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, account_id) references fee_account
);

-- How far the collecting of a school is, for who reads sums alone.
create table collection_rollup (
    school_id integer not null references school,
    from_day date not null, -- the first of a month
    counts jsonb not null,
    counted_at timestamptz not null,
    primary key (school_id, from_day)
);

do $$
declare t text;
begin
    foreach t in array array['fee_account', 'merchant', 'merchant_poll', 'fee_item', 'billing_period',
        'period_charge', 'waiver', 'invoice', 'invoice_line', 'meal_credit', 'fee_reminder',
        'payment_intent', 'payment_intent_share', 'pay_reference', 'fund', 'fund_sighting',
        'allocation', 'fund_decision', 'refund', 'cash_intake', 'cash_intake_share', 'gateway_inbox',
        'gateway_refusal', 'ledger_txn', 'ledger_entry', 'receipt_series', 'receipt', 'daily_close',
        'bank_statement', 'bank_statement_row', 'reconciliation', 'collection_rollup'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (school_id = any (
            (select nullif(current_setting('app.schools', true), '')::int[])::int[]))$p$, t);
        execute format('grant select, insert on %I to ct_app', t);
    end loop;
    -- Facts: even the owner changes none.
    foreach t in array array['allocation', 'ledger_txn', 'ledger_entry', 'fund_sighting'] loop
        execute format('create trigger stays before update or delete on %I
            for each row execute function fee_fact_stays()', t);
    end loop;
end $$;
grant update on fee_account, merchant, merchant_poll, fee_item, billing_period, period_charge, waiver,
    invoice, meal_credit, payment_intent, fund, refund, cash_intake, gateway_inbox, gateway_refusal,
    receipt_series, receipt, bank_statement_row, collection_rollup to ct_app;
-- A draft is no fact yet.
grant delete on invoice, invoice_line, pay_reference to ct_app;

-- The workers find what is due; it is done under the school's own scope.
create policy of_worker on gateway_inbox for select to ct_worker using (true);
grant select (school_id, merchant_id, event_key, state, due_at, received_at) on gateway_inbox
    to ct_worker;
create policy of_worker on merchant_poll for select to ct_worker using (true);
grant select (school_id, merchant_id, due_at) on merchant_poll to ct_worker;
create policy of_worker on receipt for select to ct_worker using (true);
grant select (school_id, id, issued_at, pdf_key) on receipt to ct_worker;

-- migrate:down

drop table collection_rollup, reconciliation, bank_statement_row, bank_statement, daily_close, receipt,
    receipt_series, ledger_entry, ledger_txn, gateway_refusal, gateway_inbox, cash_intake_share,
    cash_intake, refund, fund_decision, allocation, fund_sighting, fund, pay_reference, payment_intent_share,
    payment_intent, fee_reminder, meal_credit, invoice_line, invoice, waiver, period_charge,
    billing_period, fee_item, merchant_poll, merchant, fee_account, forbidden_collection,
    merchant_school;
drop function invoice_line_frozen, invoice_line_added, ledger_balanced, fee_fact_stays;
