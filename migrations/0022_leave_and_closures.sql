-- migrate:up

-- Asking for leave, the decision and the withdrawal: one row, whose every change is in the audit too.
create table leave_request (
    school_id integer not null references school,
    id uuid not null,
    person_kind text not null check (person_kind in ('student', 'staff')),
    person_id uuid not null,
    from_day date not null,
    to_day date not null, -- inclusive
    part text not null check (part in ('day', 'morning', 'afternoon', 'early_exit')),
    exit_at time, -- the school's time
    reason_sealed bytea not null, -- often an illness: a health note, under the school's key
    state text not null default 'pending' check (state in
        ('pending', 'approved', 'rejected', 'withdrawn')),
    -- What holds: the last day that is covered, null for none. A withdrawal leaves the days that are
    -- over, and of its own day the part that was: `last_part`, null for as `part`.
    covers_to date,
    last_part text check (last_part = 'morning'),
    requested_by uuid not null, -- the account
    requested_as text not null check (requested_as in ('guardian', 'staff')),
    created_at timestamptz not null,
    decided_by uuid,
    decided_at timestamptz,
    decision_reason text check (length(decision_reason) <= 2000),
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    paper_key text, -- a doctor's note in the storage, sealed
    primary key (school_id, id),
    check (from_day <= to_day),
    check ((part = 'early_exit') = (exit_at is not null)),
    check ((decided_by is null) = (decided_at is null)),
    check ((state = 'withdrawn') = (withdrawn_at is not null)),
    check (state not in ('approved', 'rejected') or decided_at is not null),
    check (covers_to is null or (covers_to between from_day and to_day and decided_at is not null))
);
create index leave_request_of_person on leave_request (school_id, person_id, to_day);
create index leave_request_covering on leave_request (school_id, covers_to)
    where covers_to is not null;
create index leave_request_pending on leave_request (school_id, id) where state = 'pending';

-- A storm: one row closes a school, or all schools at or below a unit. Global, as the tree it names.
create table closure (
    id uuid primary key,
    org_unit_id integer references org_unit,
    school_id integer references school,
    from_day date not null,
    to_day date not null,
    closed_to date not null, -- the last day that is closed; before `from_day`: none is any more
    kind text not null check (kind in ('storm', 'flood', 'other')),
    reason text not null check (length(reason) <= 2000),
    created_by uuid not null, -- the account
    created_at timestamptz not null,
    ended_by uuid,
    ended_at timestamptz,
    check (num_nonnulls(org_unit_id, school_id) = 1),
    check (to_day - from_day between 0 and 60 and closed_to <= to_day),
    check ((ended_at is null) = (ended_by is null))
);
create index closure_of_school on closure (school_id, closed_to) where school_id is not null;
create index closure_of_unit on closure (org_unit_id, closed_to) where org_unit_id is not null;
grant select, insert, update on closure to ct_app;

-- Whom it is still to be told to, school by school; done and told in one transaction.
create table closure_fanout (
    school_id integer not null references school,
    closure_id uuid not null,
    news text not null check (news in ('declared', 'ended')),
    due_at timestamptz not null,
    attempts smallint not null default 0,
    done_at timestamptz,
    told integer, -- accounts
    primary key (school_id, closure_id, news)
);
create index closure_fanout_due on closure_fanout (due_at) where done_at is null;

do $$
declare t text;
begin
    foreach t in array array['leave_request', 'closure_fanout'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (school_id = any (
            (select nullif(current_setting('app.schools', true), '')::int[])::int[]))$p$, t);
        execute format('grant select, insert, update on %I to ct_app', t);
    end loop;
end $$;
-- The worker finds what is due; what it is about is read and written under the school's own scope.
create policy of_worker on closure_fanout for select to ct_worker using (true);
grant select (school_id, closure_id, news, due_at, done_at) on closure_fanout to ct_worker;

-- Doctors' notes are forgotten in a while; the worker sees where they lie, and not what they are about.
create index leave_request_with_paper on leave_request (to_day) where paper_key is not null;
create policy of_worker on leave_request for all to ct_worker using (true);
grant select (school_id, id, to_day, paper_key), update (paper_key) on leave_request to ct_worker;
grant insert on discarded_object to ct_worker;

-- News about the school as such, for one account: a member of it, or a guardian who is to be told of
-- a child there. Not the relay's to read either.
create function may_hear_of_school(of_account uuid, of_school integer, at timestamptz)
    returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select from membership m
         where m.account_id = of_account and m.school_id = of_school and m.ended_at is null
           and (m.valid_from is null or m.valid_from <= at)
           and (m.valid_until is null or m.valid_until > at))
    or exists (
        select from guardianship g
         where g.account_id = of_account and g.school_id = of_school and g.ended_at is null
           and g.can_see and g.is_told and g.custody_blocked_at is null)
$$;
revoke all on function may_hear_of_school(uuid, integer, timestamptz) from public;
grant execute on function may_hear_of_school(uuid, integer, timestamptz) to ct_relay;

-- migrate:down

revoke insert on discarded_object from ct_worker;
drop function may_hear_of_school(uuid, integer, timestamptz);
drop table closure_fanout, closure, leave_request;
