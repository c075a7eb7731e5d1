-- migrate:up

-- A group of people whom a teacher or the principal writes to: the parents' board, the choir.
create table contact_group (
    school_id integer not null references school,
    id uuid not null,
    name text not null check (length(name) between 1 and 100),
    created_by uuid not null, -- the account
    created_at timestamptz not null,
    ended_at timestamptz,
    primary key (school_id, id)
);

create table contact_group_member (
    school_id integer not null,
    group_id uuid not null,
    person_kind text not null check (person_kind in ('student', 'staff')),
    person_id uuid not null,
    added_at timestamptz not null,
    ended_at timestamptz,
    primary key (school_id, group_id, person_kind, person_id),
    foreign key (school_id, group_id) references contact_group
);

-- What a school says to its families and staff. Of the department's, `origin_id` is the department's
-- row, and the id is the same in every school: nobody is told twice who has children in two.
create table announcement (
    school_id integer not null references school,
    id uuid not null,
    origin_id uuid,
    author_account_id uuid not null,
    author_staff_id uuid, -- null: the department
    author_name text not null,
    author_title text not null check (author_title in
        ('principal', 'homeroom_teacher', 'subject_teacher', 'department')),
    state text not null check (state in ('draft', 'scheduled', 'published', 'withdrawn')),
    title text not null check (length(title) between 1 and 200),
    body text not null check (length(body) <= 10000),
    to_families boolean not null,
    to_staff boolean not null,
    to_leaders boolean not null, -- the principals alone, where the staff is not told
    answer_kind text not null check (answer_kind in
        ('none', 'acknowledge', 'rsvp', 'yes_no', 'choice', 'text')),
    answer_options text[] not null default '{}',
    answer_until timestamptz,
    is_urgent boolean not null,
    search_key text not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    publish_at timestamptz, -- when it is to go out by itself
    published_at timestamptz,
    withdrawn_at timestamptz,
    withdrawn_by uuid, -- the account; null: by itself, its author may not write any more
    withdrawn_reason text check (length(withdrawn_reason) <= 500),
    reminded_on date, -- at most once a day
    primary key (school_id, id),
    check ((answer_kind = 'choice') = (cardinality(answer_options) > 0)),
    check (answer_until is null or answer_kind <> 'none'),
    check (state <> 'scheduled' or publish_at is not null),
    check (state <> 'published' or published_at is not null),
    check ((state = 'withdrawn') = (withdrawn_at is not null))
);
create index announcement_of_author on announcement (school_id, author_account_id, id);

create table announcement_audience (
    school_id integer not null,
    announcement_id uuid not null,
    kind text not null check (kind in ('school', 'grade', 'class', 'group', 'student', 'staff')),
    ref text not null check (length(ref) <= 36), -- '' of the whole school, a grade's number, or an id
    primary key (school_id, announcement_id, kind, ref),
    foreign key (school_id, announcement_id) references announcement
);

-- Who got it: written once, when it went out. What the family of a pupil has done about it is kept
-- here as it stands; the facts are in the two tables below.
create table announcement_recipient (
    school_id integer not null,
    announcement_id uuid not null,
    person_kind text not null check (person_kind in ('student', 'staff')),
    person_id uuid not null,
    class_id uuid, -- the pupil's, when it went out
    published_at timestamptz not null,
    changed_at timestamptz not null,
    read_at timestamptz, -- by the first of the family
    answer text check (length(answer) <= 1000),
    note text check (length(note) <= 500),
    answered_by uuid, -- the account
    answered_at timestamptz,
    primary key (school_id, announcement_id, person_kind, person_id),
    foreign key (school_id, announcement_id) references announcement,
    check ((answer is null) = (answered_at is null))
);
create index announcement_of_person on announcement_recipient
    (school_id, person_id, published_at desc, announcement_id desc);
create index announcement_changed on announcement_recipient (school_id, person_id, changed_at);
create index announcement_of_class on announcement_recipient
    (school_id, class_id, announcement_id) where class_id is not null;

create table announcement_read (
    school_id integer not null,
    announcement_id uuid not null,
    person_kind text not null,
    person_id uuid not null,
    account_id uuid not null,
    read_at timestamptz not null,
    primary key (school_id, announcement_id, person_kind, person_id, account_id),
    foreign key (school_id, announcement_id, person_kind, person_id)
        references announcement_recipient
);

-- Facts, only added: the last one counts, whichever guardian gave it.
create table announcement_answer (
    school_id integer not null,
    announcement_id uuid not null,
    person_kind text not null,
    person_id uuid not null,
    nth smallint not null check (nth between 1 and 50),
    account_id uuid not null,
    answer text not null check (length(answer) <= 1000),
    note text not null check (length(note) <= 500),
    answered_at timestamptz not null,
    primary key (school_id, announcement_id, person_kind, person_id, nth),
    foreign key (school_id, announcement_id, person_kind, person_id)
        references announcement_recipient
);

-- What the department says to schools. Global, as the tree it names; each school has its own row of it
-- from when it is told on. `school_ids` null: all schools at or below the unit.
create table department_announcement (
    id uuid primary key,
    org_unit_id integer not null references org_unit,
    school_ids integer[] check (cardinality(school_ids) between 1 and 1000),
    author_account_id uuid not null,
    title text not null check (length(title) between 1 and 200),
    body text not null check (length(body) <= 10000),
    to_families boolean not null,
    to_staff boolean not null,
    to_leaders boolean not null,
    answer_kind text not null check (answer_kind in
        ('none', 'acknowledge', 'rsvp', 'yes_no', 'choice', 'text')),
    answer_options text[] not null default '{}',
    answer_until timestamptz,
    is_urgent boolean not null,
    search_key text not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    published_at timestamptz, -- may lie ahead; null: a draft
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    withdrawn_reason text check (length(withdrawn_reason) <= 500),
    reminded_on date,
    check ((answer_kind = 'choice') = (cardinality(answer_options) > 0)),
    check (answer_until is null or answer_kind <> 'none'),
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index department_announcement_of_unit on department_announcement (org_unit_id, id);
grant select, insert, update, delete on department_announcement to ct_app;

-- Pupils who have an account of their own, from the pupil's side.
create index membership_of_person on membership (school_id, person_id) where ended_at is null;

-- What is still to be done in a school for an announcement; done and told in one transaction.
create table announcement_errand (
    school_id integer not null references school,
    announcement_id uuid not null,
    news text not null check (news in ('published', 'withdrawn', 'reminded')),
    due_at timestamptz not null,
    attempts smallint not null default 0,
    done_at timestamptz,
    told integer, -- recipients
    primary key (school_id, announcement_id, news)
);
create index announcement_errand_due on announcement_errand (due_at) where done_at is null;

do $$
declare t text;
begin
    foreach t in array array['contact_group', 'contact_group_member', 'announcement',
        'announcement_audience', 'announcement_recipient', 'announcement_read',
        'announcement_answer', 'announcement_errand'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (school_id = any (
            (select nullif(current_setting('app.schools', true), '')::int[])::int[]))$p$, t);
        execute format('grant select, insert on %I to ct_app', t);
    end loop;
end $$;
grant update on contact_group, contact_group_member, announcement, announcement_recipient,
    announcement_errand to ct_app;
-- A draft is no fact yet.
grant delete on announcement, announcement_audience, announcement_errand to ct_app;
-- The worker finds what is due; it is done under the school's own scope.
create policy of_worker on announcement_errand for select to ct_worker using (true);
grant select (school_id, announcement_id, news, due_at, done_at) on announcement_errand to ct_worker;

-- migrate:down

drop index membership_of_person;
drop table announcement_errand, department_announcement, announcement_answer, announcement_read,
    announcement_recipient, announcement_audience, announcement, contact_group_member,
    contact_group;
