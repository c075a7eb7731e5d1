-- migrate:up

-- How a school decides that a pupil is absent; no row: as the defaults say.
create table attendance_rules (
    school_id integer primary key references school,
    alert_after_min smallint not null default 15 check (alert_after_min between 0 and 120),
    -- More than this part of a class, or of all pupils of the shift, missing: nobody is told by itself.
    class_share double precision not null default 0.30 check (class_share > 0 and class_share <= 1),
    school_share double precision not null default 0.15 check (school_share > 0 and school_share <= 1),
    sms_budget_a_day integer not null default 100 check (sms_budget_a_day between 0 and 100000),
    past_month_needs_two boolean not null default true,
    updated_by uuid not null, -- the account
    updated_at timestamptz not null
);

-- The decision at a shift's cut-off: made once, in one transaction with all that follows from it.
create table absence_run (
    school_id integer not null references school,
    day date not null,
    shift_id uuid not null,
    ran_at timestamptz not null,
    enrolled integer not null, -- pupils who belong to the shift on that day
    missing integer not null, -- without a scan, a correction or leave: told + held
    on_leave integer not null,
    told integer not null, -- at the run; what is released later is in the cases
    held integer not null,
    doubts text[] not null, -- codes of app/attendance/absence/model.py, about more than one pupil
    primary key (school_id, day, shift_id),
    foreign key (school_id, shift_id) references shift
);

-- A pupil who was missing at the cut-off. Told at once, or held until a principal releases or drops it.
create table absence_case (
    school_id integer not null,
    day date not null,
    student_id uuid not null,
    shift_id uuid not null,
    class_id uuid not null, -- on that day
    ran_at timestamptz not null,
    doubts text[] not null, -- empty: told at once
    decision text check (decision in ('release', 'drop')),
    decided_by uuid, -- the account
    decided_at timestamptz,
    told_at timestamptz, -- null: the guardians were told nothing
    primary key (school_id, day, student_id, shift_id),
    check ((decision is null) = (decided_at is null) and (decision is null) = (decided_by is null)),
    check (told_at is null or cardinality(doubts) = 0 or decision = 'release')
) partition by range (day);
create index absence_case_of_pupil on absence_case (school_id, student_id, day);

-- Whose phone number was looked up at the school, by whom and when. Facts, only added.
create table call_log (
    school_id integer not null references school,
    id uuid not null,
    student_id uuid not null,
    guardian_id uuid not null,
    called_by uuid not null, -- the account
    called_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    foreign key (school_id, guardian_id) references guardian
);
create index call_log_of_pupil on call_log (school_id, student_id, called_at);

-- A school's day in numbers: a roll-up, so that the department reads no rows of children. Each pupil
-- counts once a shift that has begun.
create table school_day_count (
    school_id integer not null references school,
    day date not null,
    expected integer not null,
    arrived integer not null,
    late integer not null, -- of the arrived
    on_leave integer not null,
    missing integer not null, -- neither arrived nor on leave
    absent integer not null, -- of the missing: decided
    held integer not null, -- of the missing: not yet decided
    counted_at timestamptz not null,
    primary key (school_id, day),
    check (expected = arrived + on_leave + missing and absent + held <= missing and late <= arrived)
);

do $$
declare t text;
begin
    foreach t in array array['attendance_rules', 'absence_run', 'absence_case', 'call_log',
        'school_day_count'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (school_id = any (
            (select nullif(current_setting('app.schools', true), '')::int[])::int[]))$p$, t);
    end loop;
end $$;
grant select, insert, update on attendance_rules, absence_case, school_day_count to ct_app;
grant select, insert on absence_run, call_log to ct_app;

-- All tables that are partitioned by day, whichever migration made them: months, and days for raw
-- coordinates, which are dropped after 7 days.
create or replace function ensure_partitions(first_day date, last_day date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t text;
    d date;
    part text;
begin
    if last_day - first_day > 800 then
        raise exception 'at most 800 days of partitions at once';
    end if;
    -- Two processes at start-up would otherwise race to create the same table.
    perform pg_advisory_xact_lock(72170001);
    for t in select c.relname from pg_partitioned_table p join pg_class c on c.oid = p.partrelid
              where c.relnamespace = 'public'::regnamespace and c.relname <> 'scan_location'
              order by c.relname loop
        for d in select generate_series(date_trunc('month', first_day), last_day, '1 month')::date loop
            part := format('%s_%s', t, to_char(d, 'YYYYMM'));
            if to_regclass('public.' || part) is null then
                execute format('create table public.%I partition of public.%I for values from (%L) to (%L)',
                    part, t, d, (d + interval '1 month')::date);
            end if;
        end loop;
    end loop;
    for d in select generate_series(greatest(first_day, current_date - 8), last_day, '1 day')::date loop
        part := format('scan_location_%s', to_char(d, 'YYYYMMDD'));
        if to_regclass('public.' || part) is null then
            execute format('create table public.%I partition of public.scan_location for values from (%L) to (%L)',
                part, d, d + 1);
        end if;
    end loop;
end $$;

select ensure_partitions((current_date - 60), (current_date + 62));

-- migrate:down

create or replace function ensure_partitions(first_day date, last_day date) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t text;
    d date;
    part text;
begin
    if last_day - first_day > 800 then
        raise exception 'at most 800 days of partitions at once';
    end if;
    perform pg_advisory_xact_lock(72170001);
    foreach t in array array['scan_event', 'scan_refusal', 'attendance_correction',
        'attendance_day', 'inbox_item', 'delivery'] loop
        for d in select generate_series(date_trunc('month', first_day), last_day, '1 month')::date loop
            part := format('%s_%s', t, to_char(d, 'YYYYMM'));
            if to_regclass('public.' || part) is null then
                execute format('create table public.%I partition of public.%I for values from (%L) to (%L)',
                    part, t, d, (d + interval '1 month')::date);
            end if;
        end loop;
    end loop;
    for d in select generate_series(greatest(first_day, current_date - 8), last_day, '1 day')::date loop
        part := format('scan_location_%s', to_char(d, 'YYYYMMDD'));
        if to_regclass('public.' || part) is null then
            execute format('create table public.%I partition of public.scan_location for values from (%L) to (%L)',
                part, d, d + 1);
        end if;
    end loop;
end $$;
drop table school_day_count, call_log, absence_case, absence_run, attendance_rules;
