-- migrate:up

create table school_key (
    school_id integer primary key references school,
    wrapped bytea not null,
    created_at timestamptz not null default now()
);

create table campus (
    school_id integer not null references school,
    id uuid not null,
    name text not null,
    fence jsonb not null,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (school_id, id)
);

create table station (
    school_id integer not null,
    id uuid not null,
    campus_id uuid not null,
    number integer not null check (number between 1 and 65535), -- two bytes in its code
    name text not null,
    kind text not null check (kind in ('gate', 'staff')),
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (school_id, id),
    unique (school_id, number),
    foreign key (school_id, campus_id) references campus
);

-- A screen that a principal is about to pair with a station; the code is shown once.
create table station_pairing (
    school_id integer not null,
    id uuid not null,
    station_id uuid not null,
    code_hash bytea not null,
    created_by uuid not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, station_id) references station
);

create table shift (
    school_id integer not null references school,
    id uuid not null,
    name text not null,
    starts_at time not null,
    ends_at time not null,
    late_after time not null,
    cut_off time not null,
    weekdays smallint[] not null check (weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[]), -- ISO
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (school_id, id),
    check (starts_at < ends_at and late_after between starts_at and ends_at
        and cut_off between late_after and ends_at)
);

-- The days that differ from the shifts' weekdays.
create table calendar_day (
    school_id integer not null references school,
    day date not null,
    kind text not null check (kind in ('holiday', 'closure', 'make_up')),
    name text not null,
    created_at timestamptz not null default now(),
    primary key (school_id, day)
);

create table staff (
    school_id integer not null references school,
    id uuid not null,
    account_id uuid references account,
    name text not null,
    sort_key text not null,
    search_key text not null,
    phone_sealed bytea,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (school_id, id)
);
create unique index staff_of_account on staff (school_id, account_id) where ended_at is null;

create table staff_shift (
    school_id integer not null,
    staff_id uuid not null,
    shift_id uuid not null,
    primary key (school_id, staff_id, shift_id),
    foreign key (school_id, staff_id) references staff,
    foreign key (school_id, shift_id) references shift
);

create table school_class (
    school_id integer not null references school,
    id uuid not null,
    school_year text not null check (school_year ~ '^20\d\d-20\d\d$'),
    grade smallint not null check (grade between 0 and 12), -- 0: preschool
    name text not null,
    campus_id uuid not null,
    homeroom_staff_id uuid,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, campus_id) references campus,
    foreign key (school_id, homeroom_staff_id) references staff
);
create unique index school_class_name on school_class (school_id, school_year, name)
    where ended_at is null;

create table class_shift (
    school_id integer not null,
    class_id uuid not null,
    shift_id uuid not null,
    primary key (school_id, class_id, shift_id),
    foreign key (school_id, class_id) references school_class,
    foreign key (school_id, shift_id) references shift
);

create table class_teacher (
    school_id integer not null,
    class_id uuid not null,
    staff_id uuid not null,
    subject text not null,
    primary key (school_id, class_id, staff_id, subject),
    foreign key (school_id, class_id) references school_class,
    foreign key (school_id, staff_id) references staff
);

create table student (
    school_id integer not null references school,
    id uuid not null,
    moet_code text check (moet_code ~ '^\d{10}$'), -- mã định danh, unique for life
    name text not null,
    sort_key text not null,
    search_key text not null,
    born_on date,
    gender text check (gender in ('male', 'female')),
    personal_number_sealed bytea,
    photo_url text,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (school_id, id)
);
create unique index student_moet_code on student (school_id, moet_code) where ended_at is null;
create index student_search on student (school_id, search_key text_pattern_ops);

create table enrolment (
    school_id integer not null,
    student_id uuid not null,
    class_id uuid not null,
    from_day date not null,
    to_day date, -- the last day in the class; null: still there
    primary key (school_id, student_id, class_id, from_day),
    foreign key (school_id, student_id) references student,
    foreign key (school_id, class_id) references school_class,
    check (to_day is null or to_day >= from_day)
);
create unique index enrolment_live on enrolment (school_id, student_id) where to_day is null;
create index enrolment_of_class on enrolment (school_id, class_id) where to_day is null;

create table guardian (
    school_id integer not null references school,
    id uuid not null,
    name text not null,
    sort_key text not null,
    search_key text not null,
    phone_sealed bytea not null,
    phone_index bytea not null,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (school_id, id)
);
create index guardian_phone on guardian (school_id, phone_index);

create table card (
    school_id integer not null,
    id bytea not null check (length(id) = 8),
    student_id uuid not null,
    key_id smallint not null,
    issued_at timestamptz not null default now(),
    issued_by uuid,
    revoked_at timestamptz,
    revoked_reason text,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student
);
create unique index card_live on card (school_id, student_id) where revoked_at is null;

do $$
declare t text;
begin
    foreach t in array array['school_key', 'campus', 'station', 'station_pairing', 'shift',
        'calendar_day', 'staff', 'staff_shift', 'school_class', 'class_shift', 'class_teacher',
        'student', 'enrolment', 'guardian', 'card'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (
            school_id = any ((select nullif(current_setting('app.schools', true), ''))::int[]))$p$, t);
        execute format('grant select, insert, update, delete on %I to ct_app', t);
    end loop;
end $$;

create function bump_plan_version() returns trigger language plpgsql as $$
begin
    update school set plan_version = plan_version + 1
     where id = case tg_op when 'DELETE' then old.school_id else new.school_id end;
    return null;
end $$;

do $$
declare t text;
begin
    foreach t in array array['campus', 'station', 'shift', 'calendar_day', 'school_class',
        'class_shift', 'staff_shift'] loop
        execute format('create trigger plan_changed after insert or update or delete on %I
            for each row execute function bump_plan_version()', t);
    end loop;
end $$;

-- migrate:down

drop function bump_plan_version() cascade;

drop table card, guardian, enrolment, student, class_teacher, class_shift, school_class,
    staff_shift, staff, calendar_day, shift, station_pairing, station, campus, school_key;
