-- migrate:up

-- The rows of a batch of scans as they travel: an array of rows a table instead of an array a column
-- (docs/decisions/0043). Types of their own, not those of the tables: a column that a later migration
-- adds must not break the processes that still run.
create type written_receipt as (school_id integer, event_id uuid, body_hash bytea, answer text);

create type written_event as (
    school_id integer, day date, id uuid, person_kind text, person_id uuid, direction text,
    outcome text, source text, shift_id uuid, station_id uuid, campus_id uuid, device_id uuid,
    scanned_by uuid, occurred_at timestamptz, scanned_at timestamptz, received_at timestamptz,
    clock text, verdict text, distance_m real, reason text, recorded_as text
);

create type written_day as (
    school_id integer, day date, person_id uuid, shift_id uuid, person_kind text, state text,
    late_minutes smallint, arrived_at timestamptz, left_at timestamptz
);

create type written_news as (
    school_id integer, id uuid, kind text, day date, event_id uuid, student_id uuid,
    actor_account_id uuid, params text
);

create type written_place as (
    school_id integer, day date, event_id uuid, lat double precision, lng double precision,
    accuracy_m real, provider text, fixed_at timestamptz
);

-- migrate:down

drop type written_receipt, written_event, written_day, written_news, written_place;
