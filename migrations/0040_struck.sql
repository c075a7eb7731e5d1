-- migrate:up

-- Money goes back from the account that is named: of cash that is a bank account. And a fund that counts
-- another one's transfer once more, or that never came, goes out of the books as a refund that no bank moves.
alter table refund
    add column kind text not null default 'transfer' check (kind in ('transfer', 'strike')),
    add column from_account_id uuid, -- the fee account that it leaves
    add column double_of uuid, -- of a strike: the fund that it counts a second time; null: it never came
    alter column to_bank_bin drop not null,
    alter column to_number drop not null,
    alter column to_holder drop not null,
    add foreign key (school_id, from_account_id) references fee_account,
    add foreign key (school_id, double_of) references fund;

-- Row security would hide the rows from their owner.
alter table refund no force row level security;
alter table fund no force row level security;
update refund r set from_account_id = f.account_id
  from fund f where f.school_id = r.school_id and f.id = r.fund_id;
alter table fund force row level security;
alter table refund force row level security;

alter table refund
    alter column kind drop default,
    alter column from_account_id set not null,
    drop constraint refund_check2, -- every one that has succeeded had a bank's reference
    add constraint refund_reference
        check ((state = 'succeeded' and kind = 'transfer') = (bank_ref is not null)),
    add constraint refund_strike check (case kind
        when 'transfer' then double_of is null
            and num_nonnulls(to_bank_bin, to_number, to_holder) = 3
        else double_of is distinct from fund_id and state <> 'sent'
            and num_nonnulls(to_bank_bin, to_number, to_holder) = 0 end);
create unique index refund_one_strike on refund (school_id, fund_id)
    where kind = 'strike' and state in ('requested', 'succeeded');
create index refund_double_of on refund (school_id, double_of) where double_of is not null;

alter table ledger_txn
    drop constraint ledger_txn_source_kind_check,
    add constraint ledger_txn_source_kind_check check (source_kind in ('invoice_opened',
        'invoice_voided', 'invoice_written_off', 'fund', 'allocation', 'refund_held',
        'refund_released', 'refund_paid', 'refund_struck', 'refund_restored'));

-- What a reconciliation found that wants nothing any more: funds that were struck.
alter table reconciliation add column explained jsonb not null default '[]';

-- migrate:down

alter table reconciliation drop column explained;
alter table ledger_txn
    drop constraint ledger_txn_source_kind_check,
    add constraint ledger_txn_source_kind_check check (source_kind in ('invoice_opened',
        'invoice_voided', 'invoice_written_off', 'fund', 'allocation', 'refund_held',
        'refund_released', 'refund_paid'));
alter table refund
    drop constraint refund_strike,
    drop constraint refund_reference,
    add constraint refund_check2 check ((state = 'succeeded') = (bank_ref is not null)),
    drop column kind,
    drop column from_account_id,
    drop column double_of,
    alter column to_bank_bin set not null,
    alter column to_number set not null,
    alter column to_holder set not null;
