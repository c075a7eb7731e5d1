-- migrate:up

-- What a person says of a day stands beside what was scanned: `set` says what a shift was, `reject`
-- and `confirm` are the verdicts on one scan (docs/decisions/0037). Facts, only added.
alter table attendance_correction
    drop constraint attendance_correction_kind_check,
    add column shift_id uuid, -- of `set`
    add column state text check (state in ('present', 'late', 'absent_excused',
        'absent_unexcused')),
    add column late_minutes smallint check (late_minutes between 0 and 600),
    -- The event by which the message to the family is found; null: there was none.
    add column told_as uuid,
    add column dispute_id uuid,
    -- Who has asked for it, when somebody else decided.
    add column asked_by uuid,
    add constraint attendance_correction_kind_check
        check (kind in ('undo', 'set', 'reject', 'confirm')),
    add constraint attendance_correction_of_set
        check ((kind = 'set') = (state is not null and shift_id is not null)
           and (kind = 'set') = (event_id is null)
           and (kind = 'set') = (late_minutes is not null));

-- A past month is not corrected by one person: what was asked for, until a second one decides.
create table correction_request (
    school_id integer not null references school,
    id uuid not null,
    student_id uuid not null,
    day date not null,
    shift_id uuid not null,
    state text not null check (state in ('present', 'late', 'absent_excused', 'absent_unexcused')),
    late_minutes smallint not null check (late_minutes between 0 and 600),
    reason text not null check (length(reason) <= 500),
    dispute_id uuid,
    asked_by uuid not null, -- the account
    created_at timestamptz not null,
    decision text check (decision in ('approve', 'reject')), -- null: pending
    decided_by uuid,
    decided_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    foreign key (school_id, shift_id) references shift,
    foreign key (school_id, dispute_id) references attendance_dispute,
    check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)),
    check (decided_by <> asked_by)
);
-- One that waits, a pupil and shift of a day.
create unique index correction_request_pending
    on correction_request (school_id, student_id, day, shift_id) where decision is null;

-- What a family was told of a shift beside its scans and the alert at the cut-off: who corrects it
-- next knows what they believe, and which message is to be replaced. Facts, only added.
create table attendance_notice (
    school_id integer not null references school,
    id uuid not null,
    day date not null,
    person_id uuid not null,
    shift_id uuid not null,
    event_id uuid not null, -- of the message
    replaces uuid, -- the event whose message it took the place of
    state text not null check (state in ('not_scanned', 'present', 'late', 'absent_excused',
        'absent_unexcused', 'left_early')),
    late_minutes smallint not null,
    created_at timestamptz not null,
    primary key (school_id, id)
);
create index attendance_notice_of_person on attendance_notice (school_id, person_id, day);

-- Who decided what about attendance: ids and words of ours only, so that a person can be erased and
-- the chain stays valid. `hash` covers the entry and the hash before it (app/audit.py).
create table audit_entry (
    school_id integer not null references school,
    seq bigint not null check (seq > 0),
    at timestamptz not null,
    kind text not null,
    subject_id uuid not null,
    actor_account_id uuid, -- null: nobody, the rules
    detail jsonb not null,
    previous bytea not null check (length(previous) = 32),
    hash bytea not null check (length(hash) = 32),
    primary key (school_id, seq)
);
create index audit_entry_of_subject on audit_entry (school_id, subject_id);

-- The end of the chain: without it, entries cut off its end would not be missed.
create table audit_head (
    school_id integer not null references school,
    seq bigint not null,
    hash bytea not null check (length(hash) = 32),
    primary key (school_id)
);

do $$
declare t text;
begin
    foreach t in array array['correction_request', 'attendance_notice', 'audit_entry', 'audit_head'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        -- As in 0019: the schools are read once a statement.
        execute format($p$create policy of_school on %I for all to ct_app using (school_id = any (
            (select nullif(current_setting('app.schools', true), '')::int[])::int[]))$p$, t);
        execute format('grant select, insert on %I to ct_app', t);
    end loop;
end $$;
grant update (decision, decided_by, decided_at) on correction_request to ct_app;
grant update (seq, hash) on audit_head to ct_app;

-- migrate:down

drop table audit_head, audit_entry, attendance_notice, correction_request;
delete from attendance_correction where kind <> 'undo';
alter table attendance_correction
    drop constraint attendance_correction_of_set,
    drop constraint attendance_correction_kind_check,
    drop column asked_by, drop column dispute_id, drop column told_as, drop column late_minutes,
    drop column state, drop column shift_id,
    add constraint attendance_correction_kind_check check (kind in ('undo'));
