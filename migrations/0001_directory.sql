-- migrate:up

-- Three roles that own nothing. The processes connect as the database's owner and work under
-- one of these (docs/decisions/0003).
do $$
declare name text;
begin
    foreach name in array array['ct_app', 'ct_relay', 'ct_worker'] loop
        begin
            execute format('create role %I nologin nobypassrls', name);
        exception when duplicate_object or unique_violation then null;
        end;
        execute format('grant %I to current_user', name);
    end loop;
end $$;

-- Global tables ---------------------------------------------------------------------------

create table org_unit (
    id integer primary key,
    parent_id integer references org_unit,
    kind text not null check (kind in ('department', 'ward', 'group')),
    name text not null,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    check (id > 0 and parent_id is distinct from id)
);

create table school (
    id integer primary key check (id between 1 and 16777215), -- three bytes in every code
    org_unit_id integer not null references org_unit,
    name text not null,
    level text not null check (level in
        ('preschool', 'primary', 'lower_secondary', 'upper_secondary', 'continuing')),
    -- Counts the changes of its places, shifts, classes and calendar: what scans keep in memory
    -- is good for exactly one version.
    plan_version bigint not null default 1,
    created_at timestamptz not null default now(),
    ended_at timestamptz
);

-- The directory: accounts, sessions, devices, and who may see which school and child ---------

create table account (
    id uuid primary key,
    kind text not null default 'person' check (kind in ('person', 'display')),
    phone_sealed bytea,
    phone_index bytea unique,
    password_hash text,
    locale text not null default 'vi' check (locale in ('vi', 'en')),
    is_demo boolean not null default false,
    created_at timestamptz not null default now(),
    disabled_at timestamptz,
    check ((kind = 'display') = (phone_index is null))
);

create table device (
    id uuid primary key,
    name text not null,
    platform text not null check (platform in ('android', 'ios', 'web')),
    -- The one account that may check in with this phone, and since when (DESIGN 3, relayed codes).
    bound_account_id uuid references account,
    bound_at timestamptz,
    revoked_at timestamptz, -- reported lost: nothing it sends is believed any more
    -- The phone's clock when last heard: server minus phone. Places scans from before a reboot.
    boot_id text,
    clock_offset_ms bigint,
    created_at timestamptz not null default now()
);
create unique index device_one_bound on device (bound_account_id) where bound_account_id is not null;

create table session (
    id uuid primary key,
    account_id uuid not null references account,
    device_id uuid not null references device,
    created_at timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_reason text
);
create unique index session_live on session (account_id, device_id) where revoked_at is null;
-- Ended ones too: has this account used this device before, and who else used it today?
create index session_of_account on session (account_id, device_id);
create index session_of_device on session (device_id);

create table refresh_token (
    token_hash bytea primary key,
    session_id uuid not null references session on delete cascade,
    issued_at timestamptz not null default now(),
    used_at timestamptz
);
create index refresh_token_of_session on refresh_token (session_id);

create table otp_challenge (
    id uuid primary key,
    phone_index bytea not null,
    purpose text not null check (purpose in ('activation', 'reset')),
    code_hash bytea not null,
    attempts smallint not null default 0,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index otp_challenge_newest on otp_challenge (phone_index, purpose, created_at desc);
create index otp_challenge_over on otp_challenge (expires_at);

create table membership (
    id uuid primary key,
    account_id uuid not null references account,
    school_id integer references school,
    org_unit_id integer references org_unit,
    role text not null check (role in ('department_admin', 'principal', 'homeroom_teacher',
        'subject_teacher', 'guard', 'accountant', 'student', 'display')),
    person_id uuid, -- the staff, student or station row in the school
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    check ((role = 'department_admin') = (school_id is null)),
    check ((role = 'department_admin') = (org_unit_id is not null))
);
create unique index membership_live on membership (account_id, school_id, role)
    nulls not distinct where ended_at is null;
create index membership_of_school on membership (school_id) where ended_at is null;

create table guardianship (
    school_id integer not null references school,
    student_id uuid not null,
    guardian_id uuid not null, -- the school's own row, with the name
    account_id uuid references account, -- null until the guardian has activated
    relation text not null check (relation in ('father', 'mother', 'grandparent', 'sibling', 'other')),
    can_see boolean not null default true,
    can_request_leave boolean not null default true,
    is_told boolean not null default true,
    custody_blocked_at timestamptz,
    custody_reason text,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (school_id, student_id, guardian_id)
);
create index guardianship_of_account on guardianship (account_id) where ended_at is null;

grant select, insert, update on org_unit, school, account, device, session, refresh_token,
    otp_challenge, membership, guardianship to ct_app;
grant delete on refresh_token, otp_challenge to ct_app;
grant select on guardianship, account, school to ct_relay;
grant select on guardianship, account, school to ct_worker;
-- Upkeep throws old sessions away without reading whose they are.
grant delete, select (expires_at, revoked_at), update (revoked_at, revoked_reason) on session
    to ct_worker;

-- migrate:down

drop table guardianship, membership, otp_challenge, refresh_token, session, device, account,
    school, org_unit;
