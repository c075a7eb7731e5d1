-- migrate:up

-- "This is wrong": what a family says of a day, and what the school answers. Two facts, only added;
-- neither changes the record of the day (docs/decisions/0033).
create table attendance_dispute (
    school_id integer not null references school,
    id uuid not null,
    student_id uuid not null,
    day date not null,
    event_id uuid, -- the scan that it is about; null: about the day
    kind text not null check (kind in
        ('not_there', 'wrong_time', 'wrong_direction', 'was_there', 'other')),
    note text not null check (length(note) <= 2000),
    asked_by uuid not null, -- the account
    asked_as text not null check (asked_as in ('guardian', 'student')),
    -- The asker's first, second ... about this day. Two at once take the same number, and one loses.
    nth smallint not null check (nth between 1 and 5),
    created_at timestamptz not null,
    primary key (school_id, id),
    unique (school_id, student_id, day, asked_by, nth),
    foreign key (school_id, student_id) references student
);

create table attendance_dispute_answer (
    school_id integer not null,
    dispute_id uuid not null,
    answer text not null check (answer in ('upheld', 'declined')),
    message text not null check (length(message) <= 2000),
    answered_by uuid not null, -- the account
    created_at timestamptz not null,
    primary key (school_id, dispute_id), -- answered once
    foreign key (school_id, dispute_id) references attendance_dispute
);

do $$
declare t text;
begin
    foreach t in array array['attendance_dispute', 'attendance_dispute_answer'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (
            school_id = any ((select nullif(current_setting('app.schools', true), ''))::int[]))$p$, t);
        execute format('grant select, insert on %I to ct_app', t);
    end loop;
end $$;

-- News for one account instead of the pupil's guardians: for who is to answer, or who asked. The
-- relay asks once more whether the account may know of the pupil when it tells.
alter table outbox add column account_id uuid;

-- Who holds which role is not the relay's to read: it may ask about one account and one pupil.
create function may_hear_of(of_account uuid, of_school integer, of_student uuid, at timestamptz)
    returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select from membership m
         where m.account_id = of_account and m.school_id = of_school and m.ended_at is null
           and (m.valid_from is null or m.valid_from <= at)
           and (m.valid_until is null or m.valid_until > at)
           and (m.role in ('homeroom_teacher', 'principal')
                or (m.role = 'student' and m.person_id = of_student)))
$$;
revoke all on function may_hear_of(uuid, integer, uuid, timestamptz) from public;
grant execute on function may_hear_of(uuid, integer, uuid, timestamptz) to ct_relay;

-- migrate:down

drop function may_hear_of(uuid, integer, uuid, timestamptz);
alter table outbox drop column account_id;
drop table attendance_dispute_answer, attendance_dispute;
