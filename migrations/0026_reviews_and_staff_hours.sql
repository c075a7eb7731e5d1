-- migrate:up

-- What waits for a verdict, the newest first. Partial on a condition that no scan's look-up states, as
-- 0017 says, and small: few scans are uncertain.
create index scan_event_to_review on scan_event (school_id, day, occurred_at, id)
    where outcome in ('pending_review', 'geo_uncertain', 'clock_suspect', 'clone_suspect',
        'impossible_travel');

-- Why it waits: the outcome, but `pending_review` has three reasons. A code that is recorded half a
-- minute after it was read was late; a pending one with a fix was, too.
create function review_reason(outcome text, source text, verdict text, occurred_at timestamptz,
        received_at timestamptz) returns text
    language sql immutable parallel safe as $$
    select case when outcome <> 'pending_review' then outcome
                when source = 'mark' then 'mark'
                when source = 'station_code' and (verdict is distinct from 'no_fix'
                     or received_at - occurred_at > interval '30 seconds') then 'late_code'
                else 'no_fix' end
$$;
revoke all on function review_reason(text, text, text, timestamptz, timestamptz) from public;
grant execute on function review_reason(text, text, text, timestamptz, timestamptz) to ct_app;

-- A movement of a member of staff that no scan shows, put down by a principal: a forgotten check-out.
-- Facts, only added: a wrong one is voided by another (docs/decisions/0041).
create table staff_day_correction (
    school_id integer not null references school,
    id uuid not null,
    staff_id uuid not null,
    day date not null, -- the school's day of `at`; a void's is that of what it voids
    kind text not null check (kind in ('in', 'out', 'void')),
    at timestamptz, -- null: a void
    void_of uuid,
    reason text not null check (length(reason) <= 500),
    decided_by uuid not null, -- the account
    created_at timestamptz not null,
    primary key (school_id, id),
    unique (school_id, void_of), -- voided once
    foreign key (school_id, staff_id) references staff,
    foreign key (school_id, void_of) references staff_day_correction,
    check ((kind = 'void') = (void_of is not null) and (kind = 'void') = (at is null))
);
create index staff_day_correction_of_person on staff_day_correction (school_id, staff_id, day);
alter table staff_day_correction enable row level security;
alter table staff_day_correction force row level security;
-- As in 0019: the schools are read once a statement.
create policy of_school on staff_day_correction for all to ct_app using (school_id = any (
    (select nullif(current_setting('app.schools', true), '')::int[])::int[]));
grant select, insert on staff_day_correction to ct_app;

-- migrate:down

drop table staff_day_correction;
drop function review_reason(text, text, text, timestamptz, timestamptz);
drop index scan_event_to_review;
