-- migrate:up

-- Work that takes longer than a request may: the row is the truth, a bell in Valkey only the hint.
-- A worker holds a job as `runner` for as long as its heartbeat is fresh; whoever finds it stale
-- takes it over. The effect and `done` are one transaction, so what is run again has one effect.
create table job (
    school_id integer not null references school,
    id uuid not null,
    kind text not null,
    lane text not null, -- live jobs of one lane of a school: one at a time
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
    done integer not null default 0,
    total integer not null default 0,
    params jsonb not null,
    input_key text, -- the uploaded file in the storage, sealed; null: none, or deleted
    result jsonb,
    failure jsonb, -- why it failed, in both languages
    created_by uuid not null, -- the account
    attempts smallint not null default 0, -- how often a worker has begun
    runner uuid,
    created_at timestamptz not null default now(),
    due_at timestamptz not null default now(),
    started_at timestamptz,
    heartbeat_at timestamptz,
    finished_at timestamptz,
    primary key (school_id, id),
    check ((state in ('done', 'failed')) = (finished_at is not null)),
    check ((state = 'running') = (runner is not null))
);
create unique index job_one_a_lane on job (school_id, lane) where state in ('queued', 'running');
-- What the workers look through each second.
create index job_open on job (due_at) where finished_at is null or input_key is not null;
create index job_over on job (finished_at) where input_key is null;

alter table job enable row level security;
alter table job force row level security;
create policy of_school on job for all to ct_app using (
    school_id = any ((select nullif(current_setting('app.schools', true), ''))::int[]));
create policy of_worker on job for all to ct_worker using (true);

grant select, insert, update, delete on job to ct_app;
-- Which jobs are due and which are old; what they are about is read under the school's own scope.
grant select (school_id, id, state, due_at, heartbeat_at, finished_at, input_key), delete on job
    to ct_worker;

-- migrate:down

drop table job;
