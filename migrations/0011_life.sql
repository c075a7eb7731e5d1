-- migrate:up

-- A substitute's role holds for a time; null: from its start, until it is ended. It ends by the
-- clock, without anybody's doing, so each reader of roles asks for the time.
alter table membership
    add column valid_from timestamptz,
    add column valid_until timestamptz,
    add check (valid_from < valid_until and (valid_from is null) = (valid_until is null));

-- A link that ended because the pupil moved to another school is still told of the days up to this
-- one: what had happened by then may be on its way.
alter table guardianship add column told_until date;

alter table card add column revoked_by uuid;

-- What happened to pupils, cards and phones, who did it and why: facts, only added.
create table life_event (
    school_id integer not null references school,
    id uuid not null,
    kind text not null check (kind in ('left', 'transfer_out', 'transfer_in', 'promotion', 'cards_revoked',
        'cards_issued', 'card_lost', 'device_lost', 'device_found', 'substitute',
        'substitute_ended', 'staff_ended')),
    person_id uuid, -- the pupil or member of staff, if it is about one
    decided_by uuid not null, -- the account
    reason text,
    details jsonb not null,
    created_at timestamptz not null,
    primary key (school_id, id)
);
create index life_event_of_person on life_event (school_id, person_id) where person_id is not null;
alter table life_event enable row level security;
alter table life_event force row level security;
create policy of_school on life_event for all to ct_app using (
    school_id = any ((select nullif(current_setting('app.schools', true), ''))::int[]));
grant select, insert on life_event to ct_app;

-- migrate:down

drop table life_event;
alter table card drop column revoked_by;
alter table guardianship drop column told_until;
alter table membership drop column valid_from, drop column valid_until;
