-- migrate:up

-- A school's day as it comes in, for the monitor. Partial on a condition that no scan's look-up states:
-- the planner cannot take this index for a person's day, not even while a month's partition is empty.
create index scan_event_by_receipt on scan_event (school_id, day, received_at)
    where person_kind = 'student';

-- migrate:down

drop index scan_event_by_receipt;
