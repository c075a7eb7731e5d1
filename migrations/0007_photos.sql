-- migrate:up

-- Pictures lie in the storage, under `photo_key`; an address of somebody else's was never ours to
-- show.
alter table student drop column photo_url;

-- Objects that nothing points at: what was replaced or erased, and what is being put at this moment
-- (due later, taken off the list with the commit that points at it). So no picture of a child is
-- left behind by a crash. The worker empties the list.
create table discarded_object (
    school_id integer not null references school,
    key text not null,
    due_at timestamptz not null,
    primary key (school_id, key)
);
create index discarded_object_due on discarded_object (due_at);

-- Who may fetch a child from school, beside the guardians. A guardian proposes, the school decides;
-- what the school enters itself is approved.
create table pickup_person (
    school_id integer not null,
    id uuid not null,
    student_id uuid not null,
    name text not null,
    relation text not null check (relation in
        ('mother', 'father', 'grandparent', 'aunt_or_uncle', 'sibling', 'neighbour', 'nanny',
         'driver', 'other')),
    phone_sealed bytea,
    phone_index bytea, -- to know whom a custody block keeps from the child
    photo_key text,
    from_day date not null,
    to_day date, -- the last day; null: until it is ended
    state text not null check (state in ('proposed', 'approved', 'refused')),
    proposed_by uuid not null, -- the account
    decided_by uuid, -- the account of the school's
    decided_at timestamptz,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    check (to_day is null or to_day >= from_day),
    check ((state = 'proposed') = (decided_at is null)),
    check ((decided_by is null) = (decided_at is null))
);
create index pickup_person_of_student on pickup_person (school_id, student_id)
    where ended_at is null;

do $$
declare t text;
begin
    foreach t in array array['discarded_object', 'pickup_person'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (
            school_id = any ((select nullif(current_setting('app.schools', true), ''))::int[]))$p$, t);
        execute format('grant select, insert, update, delete on %I to ct_app', t);
    end loop;
end $$;
-- Which keys are due, and no more: what they show the worker never learns.
create policy of_worker on discarded_object for all to ct_worker using (true);
grant select, delete on discarded_object to ct_worker;

-- migrate:down

drop table pickup_person, discarded_object;
alter table student add column photo_url text;
