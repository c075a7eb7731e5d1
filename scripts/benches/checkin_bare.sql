\set school random(1, 570)
with receipt as (
    insert into scan_receipt (school_id, event_id, body_hash, answer)
    values (:school, gen_random_uuid(), '\x00', '{}') returning event_id),
event as (
    insert into scan_event (school_id, day, id, person_kind, person_id, direction, outcome, source,
        scanned_by, occurred_at, scanned_at, received_at, clock)
    select :school, current_date, event_id, 'student', gen_random_uuid(), 'in', 'ok', 'card',
           event_id, now(), now(), now(), 'mono' from receipt returning id, person_id),
location as (
    insert into scan_location (school_id, day, event_id, lat, lng, accuracy_m, provider, fixed_at)
    select :school, current_date, event_id, 16.4, 107.5, 8, 'android', now() from receipt),
day as (
    insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state, arrived_at)
    select :school, current_date, person_id, person_id, 'student', 'present', now() from event
    on conflict do nothing)
insert into outbox (school_id, id, kind, day, event_id, params)
select :school, id, 'arrival', current_date, id,
       '{"student": "Nguyễn Văn An", "school": "Trường", "gate": "Cổng", "at": "2026-11-22"}'
  from event;
