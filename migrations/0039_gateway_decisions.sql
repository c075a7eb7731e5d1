-- migrate:up

-- What a gateway told and we did not take for money, a person decides: `fund`, `known`, or
-- `not_there`, as the bank has no such transfer.
-- `ended`: genuine, and of a merchant that was ended; nothing of it becomes money by itself.
alter table gateway_inbox
    drop constraint gateway_inbox_outcome_check,
    add constraint gateway_inbox_outcome_check check (outcome in ('fund', 'known', 'outgoing',
        'other_account', 'not_vnd', 'not_positive', 'unreadable', 'differs', 'ended', 'not_there')),
    add column decided_by uuid, -- the account
    add column decided_at timestamptz,
    add constraint gateway_inbox_decided check ((decided_by is null) = (decided_at is null)
        and (decided_by is null or (state = 'done' and outcome in ('fund', 'known', 'not_there')))
        and (decided_by is not null or outcome <> 'not_there')
        and (outcome not in ('fund', 'known') or fund_id is not null));
create index gateway_inbox_undecided on gateway_inbox (school_id, received_at desc)
    where outcome in ('differs', 'ended');

-- What came under a known key with another content is judged by the worker as all else is.
update gateway_inbox set state = 'received', outcome = null, done_at = null, due_at = received_at
 where state = 'set_aside' and outcome = 'differs' and event_key like '%~%';

-- migrate:down

update gateway_inbox set state = 'set_aside', outcome = 'differs', decided_by = null, decided_at = null
 where outcome in ('ended', 'not_there');
drop index gateway_inbox_undecided;
alter table gateway_inbox
    drop constraint gateway_inbox_decided,
    drop column decided_by,
    drop column decided_at,
    drop constraint gateway_inbox_outcome_check,
    add constraint gateway_inbox_outcome_check check (outcome in ('fund', 'known', 'outgoing',
        'other_account', 'not_vnd', 'not_positive', 'unreadable', 'differs'));
