-- migrate:up

-- A picture or a PDF that somebody has sent in, written anew by us. It is nobody's until it is bound
-- to an announcement, homework, a message or a remark, whose readers are then its readers; what stays
-- unbound for a day is swept.
create table attachment (
    school_id integer not null references school,
    id uuid not null,
    uploaded_by uuid not null, -- the account
    kind text not null check (kind in ('image', 'pdf')),
    name text not null check (length(name) between 1 and 120),
    bytes integer not null check (bytes > 0),
    pages smallint check (pages > 0), -- of a PDF
    width smallint check (width > 0), -- px, of a picture
    height smallint check (height > 0),
    object_key text not null, -- in the storage, sealed under the school's key
    created_at timestamptz not null,
    bound_kind text check (bound_kind in ('announcement', 'homework', 'message', 'remark')),
    bound_id uuid,
    position smallint not null default 0, -- among those of one thing
    unbound_since timestamptz,
    removed_at timestamptz, -- the file is gone, the row stays for the day's quota
    primary key (school_id, id),
    check ((bound_kind is null) = (bound_id is null)),
    check ((bound_kind is null) = (unbound_since is not null)),
    check (removed_at is null or bound_kind is null),
    check ((kind = 'pdf') = (pages is not null)),
    check ((kind = 'image') = (width is not null and height is not null))
);
create index attachment_of on attachment (school_id, bound_kind, bound_id)
    where bound_kind is not null;
create index attachment_by on attachment (school_id, uploaded_by, created_at);
create index attachment_unbound on attachment (unbound_since) where unbound_since is not null;

alter table attachment enable row level security;
alter table attachment force row level security;
create policy of_school on attachment for all to ct_app using (
    school_id = any ((select nullif(current_setting('app.schools', true), '')::int[])::int[]));
grant select, insert, update on attachment to ct_app;
-- What is to be swept, and no more: neither what it is called nor whose it is.
create policy of_worker on attachment for all to ct_worker using (unbound_since is not null);
grant select (school_id, id, object_key, kind, unbound_since, removed_at), delete on attachment
    to ct_worker;

-- migrate:down

drop table attachment;
