-- migrate:up

-- Cash that a school takes from its own box to its bank comes in as a transfer: it was counted as cash.
alter table refund
    drop constraint refund_kind_check,
    add constraint refund_kind_check check (kind in ('transfer', 'strike', 'deposit')),
    add constraint refund_deposit check (kind <> 'deposit' or double_of is null);
drop index refund_one_strike;
create unique index refund_one_strike on refund (school_id, fund_id)
    where kind <> 'transfer' and state in ('requested', 'succeeded');

alter table ledger_txn
    drop constraint ledger_txn_source_kind_check,
    add constraint ledger_txn_source_kind_check check (source_kind in ('invoice_opened',
        'invoice_voided', 'invoice_written_off', 'fund', 'allocation', 'refund_held',
        'refund_released', 'refund_paid', 'refund_struck', 'refund_deposited', 'refund_restored'));

-- migrate:down

alter table ledger_txn
    drop constraint ledger_txn_source_kind_check,
    add constraint ledger_txn_source_kind_check check (source_kind in ('invoice_opened',
        'invoice_voided', 'invoice_written_off', 'fund', 'allocation', 'refund_held',
        'refund_released', 'refund_paid', 'refund_struck', 'refund_restored'));
drop index refund_one_strike;
create unique index refund_one_strike on refund (school_id, fund_id)
    where kind = 'strike' and state in ('requested', 'succeeded');
alter table refund
    drop constraint refund_deposit,
    drop constraint refund_kind_check,
    add constraint refund_kind_check check (kind in ('transfer', 'strike'));
