-- migrate:up

-- Messages between the guardians of one pupil and whoever is homeroom teacher, or teaches a subject,
-- at that moment: the school's side is a seat, not a person (docs/decisions/0047).
create table thread (
    school_id integer not null references school,
    id uuid not null,
    student_id uuid not null,
    kind text not null check (kind in ('homeroom', 'subject')),
    subject text check (length(subject) between 1 and 200),
    -- Under a custody rule: the one guardian whose matter it is; null: all guardians see it.
    only_account_id uuid,
    opened_by uuid not null, -- the account
    created_at timestamptz not null,
    last_at timestamptz not null,
    last_seq integer not null default 0,
    -- The latest news of it to either side: while it is unread, the next takes its place.
    family_told uuid,
    family_told_day date,
    staff_told uuid,
    staff_told_day date,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    check ((kind = 'subject') = (subject is not null)),
    check ((family_told is null) = (family_told_day is null)),
    check ((staff_told is null) = (staff_told_day is null))
);
create unique index thread_once on thread (school_id, student_id, kind, coalesce(subject, ''))
    where only_account_id is null;
create unique index thread_once_apart on thread
    (school_id, student_id, kind, coalesce(subject, ''), only_account_id)
    where only_account_id is not null;
create index thread_of_student on thread (school_id, student_id, last_at);

-- `seq` counts from 1 without gaps: it is given under the thread's lock. Nothing is ever deleted:
-- what is taken back keeps its row and its text, which nobody of the thread is shown any more.
create table thread_message (
    school_id integer not null,
    thread_id uuid not null,
    seq integer not null check (seq > 0),
    id uuid not null, -- the client's own
    author_account_id uuid not null,
    author_kind text not null check (author_kind in ('guardian', 'staff')),
    author_name text not null,
    is_stand_in boolean not null default false,
    text text not null check (length(text) <= 15000),
    search_key text not null, -- empty of what was taken back
    sent_at timestamptz not null,
    edited_at timestamptz,
    taken_back_at timestamptz,
    primary key (school_id, thread_id, seq),
    unique (school_id, id),
    foreign key (school_id, thread_id) references thread
);

-- What a message said before it was edited, the first edit first.
create table thread_edit (
    school_id integer not null,
    message_id uuid not null,
    nth smallint not null check (nth > 0),
    text text not null, -- until `edited_at`
    edited_at timestamptz not null,
    primary key (school_id, message_id, nth),
    foreign key (school_id, message_id) references thread_message (school_id, id)
);

create table thread_read (
    school_id integer not null,
    thread_id uuid not null,
    account_id uuid not null,
    side text not null check (side in ('guardian', 'staff')),
    seq integer not null,
    at timestamptz not null,
    primary key (school_id, thread_id, account_id),
    foreign key (school_id, thread_id) references thread
);

-- A guardian who may write no more in a thread, until the principal lifts it.
create table thread_block (
    school_id integer not null,
    id uuid not null,
    thread_id uuid not null,
    account_id uuid not null,
    reason text not null check (length(reason) <= 2000),
    set_by uuid not null, -- the account
    set_at timestamptz not null,
    lifted_by uuid,
    lifted_at timestamptz,
    lift_reason text check (length(lift_reason) <= 2000),
    primary key (school_id, id),
    foreign key (school_id, thread_id) references thread,
    check ((lifted_at is null) = (lifted_by is null))
);
create unique index thread_block_live on thread_block (school_id, thread_id, account_id)
    where lifted_at is null;

-- A message that somebody of the thread wants the principal to judge.
create table message_report (
    school_id integer not null,
    id uuid not null,
    thread_id uuid not null,
    message_id uuid not null,
    reported_by uuid not null, -- the account
    reporter_kind text not null check (reporter_kind in ('guardian', 'staff')),
    reporter_name text not null,
    reason text not null check (length(reason) <= 2000),
    created_at timestamptz not null,
    decision text check (decision in ('upheld', 'dismissed')),
    decision_note text check (length(decision_note) <= 2000),
    decided_by uuid,
    decided_at timestamptz,
    primary key (school_id, id),
    unique (school_id, message_id, reported_by),
    foreign key (school_id, thread_id) references thread,
    foreign key (school_id, message_id) references thread_message (school_id, id),
    check ((decision is null) = (decided_at is null) and (decision is null) = (decided_by is null))
);
create index message_report_open on message_report (school_id, id) where decision is null;

-- A principal who reads a thread that is not the principal's, for a recorded reason and a day.
create table thread_access (
    school_id integer not null,
    id uuid not null,
    thread_id uuid not null,
    account_id uuid not null,
    name text not null,
    reason text not null check (length(reason) <= 2000),
    from_at timestamptz not null,
    until_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, thread_id) references thread,
    check (from_at < until_at)
);
create index thread_access_of on thread_access (school_id, thread_id, account_id, until_at);

-- The custody rule: each guardian of this pupil may keep a matter between the teacher and themselves.
create table thread_apart (
    school_id integer not null,
    id uuid not null,
    student_id uuid not null,
    reason text not null check (length(reason) <= 2000),
    set_by uuid not null, -- the account
    set_at timestamptz not null,
    lifted_by uuid,
    lifted_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    check ((lifted_at is null) = (lifted_by is null))
);
create unique index thread_apart_live on thread_apart (school_id, student_id)
    where lifted_at is null;

-- When a member of staff reads messages, the school's time. No row: as app/contact_book/threads says.
create table contact_hours (
    school_id integer not null,
    staff_id uuid not null,
    from_time time not null,
    until_time time not null,
    weekdays smallint[] not null check (weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[]
        and cardinality(weekdays) between 1 and 7), -- ISO
    away_until date, -- inclusive
    away_note text check (length(away_note) <= 500),
    updated_at timestamptz not null,
    primary key (school_id, staff_id),
    foreign key (school_id, staff_id) references staff,
    check (from_time < until_time),
    check (away_until is not null or away_note is null)
);

-- Who has a teacher's threads for a time, beside the teacher.
create table thread_stand_in (
    school_id integer not null,
    id uuid not null,
    staff_id uuid not null,
    stand_in_id uuid not null, -- of the staff
    from_at timestamptz not null,
    until_at timestamptz not null,
    set_by uuid not null, -- the account
    created_at timestamptz not null,
    ended_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, staff_id) references staff,
    foreign key (school_id, stand_in_id) references staff,
    check (from_at < until_at and staff_id <> stand_in_id)
);
create unique index thread_stand_in_live on thread_stand_in (school_id, staff_id)
    where ended_at is null;
create index thread_stand_in_by on thread_stand_in (school_id, stand_in_id) where ended_at is null;

do $$
declare t text;
begin
    foreach t in array array['thread', 'thread_message', 'thread_edit', 'thread_read',
        'thread_block', 'message_report', 'thread_access', 'thread_apart', 'contact_hours',
        'thread_stand_in'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (school_id = any (
            (select nullif(current_setting('app.schools', true), '')::int[])::int[]))$p$, t);
    end loop;
end $$;
grant select, insert, update on thread, thread_message, thread_read, thread_block, message_report,
    thread_apart, contact_hours, thread_stand_in to ct_app;
-- Facts are only added.
grant select, insert on thread_edit, thread_access to ct_app;

-- Who sits on the school's side at that moment: the homeroom teacher of the class that the pupil is in,
-- or who teaches it the subject, and who stands in for them. Nobody whom a court keeps from the pupil.
create function thread_staff(of_school integer, of_thread uuid, at timestamptz,
    out staff_id uuid, out account_id uuid, out name text, out is_stand_in boolean)
    returns setof record language sql stable as $$
    with place as (
        select t.kind, t.subject, t.student_id, c.id as class_id, c.homeroom_staff_id
          from thread t
          join enrolment n on n.school_id = t.school_id and n.student_id = t.student_id
           and n.to_day is null
          join school_class c on c.school_id = n.school_id and c.id = n.class_id
           and c.ended_at is null
         where t.school_id = of_school and t.id = of_thread),
    seat as (
        select p.homeroom_staff_id as staff_id, array['homeroom_teacher'] as roles
          from place p where p.kind = 'homeroom' and p.homeroom_staff_id is not null
         union all
        select e.staff_id, array['homeroom_teacher', 'subject_teacher']
          from place p
          join class_teacher e on e.school_id = of_school and e.class_id = p.class_id
           and e.subject = p.subject
         where p.kind = 'subject'),
    sitting as (
        select seat.staff_id, seat.roles, false as is_stand_in from seat
         union all
        select s.stand_in_id, array['homeroom_teacher', 'subject_teacher'], true
          from seat
          join thread_stand_in s on s.school_id = of_school and s.staff_id = seat.staff_id
           and s.ended_at is null and s.from_at <= at and s.until_at > at)
    select distinct on (f.id) f.id, m.account_id, f.name, sitting.is_stand_in
      from sitting
      join staff f on f.school_id = of_school and f.id = sitting.staff_id and f.ended_at is null
      join membership m on m.school_id = of_school and m.person_id = f.id
       and m.role = any (sitting.roles) and m.ended_at is null
       and (m.valid_from is null or m.valid_from <= at)
       and (m.valid_until is null or m.valid_until > at)
     where not exists (
               select from guardianship b join place p on p.student_id = b.student_id
                where b.school_id = of_school and b.custody_blocked_at is not null
                  and m.account_id in (b.account_id, b.pending_account_id))
     order by f.id, sitting.is_stand_in
$$;
revoke all on function thread_staff(integer, uuid, timestamptz) from public;
grant execute on function thread_staff(integer, uuid, timestamptz) to ct_app;

-- The same for the relay, which reads none of these tables: it may ask about one thread. It states the
-- school itself, since an owner that is no superuser is under the policies, too; such an owner may not
-- have the function set it, so what was stated before is put back by hand.
create function thread_hearers(of_school integer, of_thread uuid, at timestamptz)
    returns setof uuid
    language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    before text := current_setting('app.schools', true);
begin
    perform set_config('app.schools', format('{%s}', of_school), true);
    return query select distinct s.account_id from thread_staff(of_school, of_thread, at) s;
    perform set_config('app.schools', coalesce(before, ''), true);
end $$;
revoke all on function thread_hearers(integer, uuid, timestamptz) from public;
grant execute on function thread_hearers(integer, uuid, timestamptz) to ct_relay;

-- migrate:down

drop function thread_hearers(integer, uuid, timestamptz);
drop function thread_staff(integer, uuid, timestamptz);
drop table thread_stand_in, contact_hours, thread_apart, thread_access, message_report,
    thread_block, thread_read, thread_edit, thread_message, thread;
