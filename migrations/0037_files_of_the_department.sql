-- migrate:up

-- A picture or a PDF of the department's, written anew by us. Global, as the announcement that it is sent
-- with; a school has no row of it: who may see the school's announcement may see its files. Until it is
-- bound it is its sender's alone, and what stays unbound for a day is swept.
create table department_attachment (
    id uuid primary key,
    uploaded_by uuid not null, -- the account
    kind text not null check (kind in ('image', 'pdf')),
    name text not null check (length(name) between 1 and 120),
    bytes integer not null check (bytes > 0),
    pages smallint check (pages > 0), -- of a PDF
    width smallint check (width > 0), -- px, of a picture
    height smallint check (height > 0),
    object_key text not null, -- in the storage
    wrapped_key bytea not null, -- what it is sealed under, wrapped by the deployment's key
    created_at timestamptz not null,
    announcement_id uuid references department_announcement,
    position smallint not null default 0, -- among those of one announcement
    unbound_since timestamptz,
    removed_at timestamptz, -- the file is gone, the row stays for the day's quota
    check ((announcement_id is null) = (unbound_since is not null)),
    check (removed_at is null or announcement_id is null),
    check ((kind = 'pdf') = (pages is not null)),
    check ((kind = 'image') = (width is not null and height is not null))
);
create index department_attachment_of on department_attachment (announcement_id)
    where announcement_id is not null;
create index department_attachment_by on department_attachment (uploaded_by, created_at);
create index department_attachment_unbound on department_attachment (unbound_since)
    where unbound_since is not null;
grant select, insert, update on department_attachment to ct_app;
-- What is to be swept, and no more.
grant select (id, object_key, unbound_since), delete on department_attachment to ct_worker;

-- Objects that nobody points at, as `discarded_object`, which is the schools'.
create table department_discarded_object (
    key text primary key,
    due_at timestamptz not null
);
create index department_discarded_object_due on department_discarded_object (due_at);
grant select, insert, update, delete on department_discarded_object to ct_app;
grant select, insert, delete on department_discarded_object to ct_worker;

-- A homeroom teacher reminds the own class of an announcement that somebody else has sent.
create table announcement_class_reminder (
    school_id integer not null,
    announcement_id uuid not null,
    class_id uuid not null,
    reminded_on date not null, -- the last time
    reminded_by uuid not null, -- the account
    primary key (school_id, announcement_id, class_id),
    foreign key (school_id, announcement_id) references announcement
);
alter table announcement_class_reminder enable row level security;
alter table announcement_class_reminder force row level security;
create policy of_school on announcement_class_reminder for all to ct_app using (
    school_id = any ((select nullif(current_setting('app.schools', true), ''))::int[]));
grant select, insert, update on announcement_class_reminder to ct_app;

-- migrate:down

drop table announcement_class_reminder, department_discarded_object, department_attachment;
