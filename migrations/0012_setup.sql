-- migrate:up

-- When the card was last on a printed page.
alter table card add column printed_at timestamptz;

-- How far each school is: a roll-up, so that the department reads no rows of children.
create table school_setup (
    school_id integer primary key references school,
    counts jsonb not null,
    done smallint not null check (done >= 0), -- finished steps
    counted_at timestamptz not null
);
alter table school_setup enable row level security;
alter table school_setup force row level security;
create policy of_school on school_setup for all to ct_app using (
    school_id = any ((select nullif(current_setting('app.schools', true), ''))::int[]));
grant select, insert, update on school_setup to ct_app;

-- migrate:down

drop table school_setup;
alter table card drop column printed_at;
