-- migrate:up

-- Facts. Immutable; no foreign keys on the hot path: the statement that writes a scan has just
-- read the rows it names, and people and stations are ended, never deleted.
create table scan_event (
    school_id integer not null,
    day date not null, -- the school's day (Asia/Ho_Chi_Minh) of occurred_at
    id uuid not null, -- the phone's event_id
    person_kind text not null check (person_kind in ('student', 'staff')),
    person_id uuid not null,
    direction text not null check (direction in ('in', 'out')),
    outcome text not null check (outcome in ('ok', 'late', 'pending_review', 'geo_uncertain',
        'clock_suspect', 'clone_suspect', 'impossible_travel')),
    source text not null check (source in ('card', 'phone_code', 'station_code', 'mark')),
    shift_id uuid, -- null: outside every shift; told, but it changes no state
    station_id uuid,
    campus_id uuid,
    device_id uuid,
    scanned_by uuid not null,
    occurred_at timestamptz not null, -- where the server placed it in time
    scanned_at timestamptz not null, -- what the phone's wall clock said
    received_at timestamptz not null,
    clock text not null check (clock in ('mono', 'wall', 'server')),
    verdict text,
    distance_m real,
    reason text,
    -- The person before the day: this one index serves each scan's look at the person's day, and
    -- the planner cannot take another, not even while a new month's partition is empty. That an
    -- event id is stored once is kept by scan_receipt.
    primary key (school_id, person_id, day, id)
) partition by range (day);

-- What was refused and why: counted for the monitor; a `duplicate` can still become material
-- when an earlier scan of the other direction arrives late or a scan is undone.
create table scan_refusal (
    school_id integer not null,
    day date not null,
    id uuid not null,
    person_kind text check (person_kind in ('student', 'staff')),
    person_id uuid,
    direction text,
    outcome text not null,
    source text,
    shift_id uuid,
    station_id uuid,
    campus_id uuid,
    device_id uuid,
    scanned_by uuid not null,
    occurred_at timestamptz not null,
    scanned_at timestamptz not null,
    received_at timestamptz not null,
    clock text not null,
    verdict text,
    distance_m real,
    -- A duplicate: the outcome it would have as an event; null: it can never count. Days are derived
    -- from duplicates that may count as well, so these are kept as long as events.
    recorded_as text,
    promoted_at timestamptz,
    primary key (school_id, day, id)
) partition by range (day);
create index scan_refusal_of_person on scan_refusal (school_id, person_id, day);

create table scan_receipt (
    school_id integer not null,
    event_id uuid not null,
    body_hash bytea not null,
    answer text not null, -- JSON, given again as it was
    received_at timestamptz not null default now(),
    primary key (school_id, event_id)
);
create index scan_receipt_age on scan_receipt (school_id, received_at);

create table scan_location (
    school_id integer not null,
    day date not null,
    event_id uuid not null,
    lat double precision not null,
    lng double precision not null,
    accuracy_m real not null,
    provider text not null,
    fixed_at timestamptz not null,
    primary key (school_id, day, event_id)
) partition by range (day);

-- Corrections are events too: an undo takes one scan back, with who, why, before and after.
create table attendance_correction (
    school_id integer not null,
    day date not null,
    id uuid not null,
    event_id uuid,
    person_id uuid not null,
    kind text not null check (kind in ('undo')),
    decided_by uuid not null,
    reason text not null,
    before jsonb, -- the derived row, null: there was none
    after jsonb,
    created_at timestamptz not null default now(),
    primary key (school_id, day, id)
) partition by range (day);
create index attendance_correction_of_person on attendance_correction (school_id, person_id, day);

-- Derived: rebuilt from the facts it must come out equal (DESIGN 2.5).
create table attendance_day (
    school_id integer not null,
    day date not null,
    person_id uuid not null,
    shift_id uuid not null,
    person_kind text not null check (person_kind in ('student', 'staff')),
    state text not null check (state in ('not_scanned', 'present', 'late', 'absent_excused',
        'absent_unexcused', 'left_early')),
    late_minutes smallint not null default 0,
    arrived_at timestamptz,
    left_at timestamptz,
    primary key (school_id, day, person_id, shift_id)
) partition by range (day);

create table scanner (
    school_id integer not null,
    device_id uuid not null,
    account_id uuid not null,
    station_id uuid,
    opened_at timestamptz,
    beat_at timestamptz,
    closed_at timestamptz,
    pending integer not null default 0,
    oldest_at timestamptz,
    primary key (school_id, device_id)
);

create table outbox (
    school_id integer not null,
    id uuid not null,
    kind text not null,
    day date not null,
    event_id uuid not null,
    student_id uuid,
    actor_account_id uuid,
    params jsonb not null,
    created_at timestamptz not null default now(),
    due_at timestamptz not null default now(),
    attempts smallint not null default 0,
    dead_at timestamptz,
    dead_reason text,
    primary key (school_id, id)
);
create index outbox_due on outbox (due_at) where dead_at is null;

do $$
declare t text;
begin
    foreach t in array array['scan_event', 'scan_refusal', 'scan_receipt', 'scan_location',
        'attendance_correction', 'attendance_day', 'scanner', 'outbox'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (
            school_id = any ((select nullif(current_setting('app.schools', true), ''))::int[]))$p$, t);
    end loop;
end $$;
create policy of_relay on outbox for all to ct_relay using (true);
create policy receipts_expire on scan_receipt for all to ct_worker using (true);

-- Facts are only added.
grant select, insert on scan_event, scan_receipt, scan_location, attendance_correction to ct_app;
grant select, insert, update on scan_refusal, attendance_day, scanner to ct_app;
grant delete on attendance_day to ct_app;
grant select, insert on outbox to ct_app;
grant select, update, delete on outbox to ct_relay;
grant select, delete on scan_receipt to ct_worker;

-- Partitions. Months for events, days for raw coordinates, which are dropped after 7 days.
create function ensure_partitions(first_day date, last_day date) returns void
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

create function drop_old_locations(before_day date) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    part text;
    dropped integer := 0;
begin
    if before_day > current_date - 6 then
        raise exception 'locations are kept for 7 days';
    end if;
    for part in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
                 where i.inhparent = 'public.scan_location'::regclass
                   and c.relname < 'scan_location_' || to_char(before_day, 'YYYYMMDD') loop
        execute format('drop table public.%I', part);
        dropped := dropped + 1;
    end loop;
    return dropped;
end $$;

revoke all on function ensure_partitions(date, date) from public;
revoke all on function drop_old_locations(date) from public;
grant execute on function ensure_partitions(date, date) to ct_app, ct_worker;
grant execute on function drop_old_locations(date) to ct_worker;

-- migrate:down

drop function drop_old_locations(date);
drop function ensure_partitions(date, date);
drop table outbox, scanner, attendance_day, attendance_correction, scan_location, scan_receipt,
    scan_refusal, scan_event;
