-- migrate:up

-- The daily book. Texts are as they were written: markup is text. What is withdrawn stays, marked.
create table remark (
    school_id integer not null references school,
    id uuid not null, -- the client's: sent twice it is one
    student_id uuid not null,
    class_id uuid not null, -- the pupil's on that day
    day date not null,
    kind text not null check (kind in ('praise', 'needs_work', 'neutral')),
    about text not null check (about in ('remark', 'conduct', 'health')),
    text text check (length(text) between 1 and 2000),
    text_sealed bytea, -- a health note, under the school's key
    search_key text not null, -- of the text; empty for a health note
    subject text check (length(subject) <= 50),
    author_account_id uuid not null,
    author_staff_id uuid,
    author_name text not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    edited_at timestamptz,
    withdrawn_at timestamptz,
    withdrawn_by uuid, -- the account
    withdrawn_reason text check (length(withdrawn_reason) <= 500),
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    foreign key (school_id, class_id) references school_class,
    check ((about = 'health') = (text_sealed is not null)),
    check ((text is null) = (text_sealed is not null)),
    check (about <> 'health' or search_key = ''),
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index remark_of_pupil on remark (school_id, student_id, created_at desc, id desc);
create index remark_of_pupil_day on remark (school_id, student_id, day);
create index remark_of_pupil_changed on remark (school_id, student_id, changed_at);
create index remark_of_class_day on remark (school_id, class_id, day);

create table lesson (
    school_id integer not null references school,
    id uuid not null, -- the client's
    class_id uuid not null,
    day date not null,
    subject text not null check (length(subject) between 1 and 50),
    text text not null check (length(text) between 1 and 2000),
    search_key text not null,
    author_account_id uuid not null,
    author_staff_id uuid,
    author_name text not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    edited_at timestamptz,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    primary key (school_id, id),
    foreign key (school_id, class_id) references school_class,
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index lesson_of_class on lesson (school_id, class_id, created_at desc, id desc);
create index lesson_of_class_day on lesson (school_id, class_id, day);
create index lesson_of_class_changed on lesson (school_id, class_id, changed_at);

create table homework (
    school_id integer not null references school,
    id uuid not null, -- the client's
    class_id uuid not null,
    subject text not null check (length(subject) between 1 and 50),
    text text not null check (length(text) between 1 and 5000),
    search_key text not null,
    set_day date not null,
    due_day date not null,
    author_account_id uuid not null,
    author_staff_id uuid,
    author_name text not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    edited_at timestamptz,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    primary key (school_id, id),
    foreign key (school_id, class_id) references school_class,
    check (due_day >= set_day),
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index homework_of_class on homework (school_id, class_id, created_at desc, id desc);
create index homework_of_class_day on homework (school_id, class_id, set_day);
create index homework_of_class_due on homework (school_id, class_id, due_day);
create index homework_of_class_changed on homework (school_id, class_id, changed_at);

-- A mark of the family's, whoever of it set it last.
create table homework_done (
    school_id integer not null references school,
    homework_id uuid not null,
    student_id uuid not null,
    account_id uuid not null, -- who said so last
    done_at timestamptz not null,
    undone_at timestamptz, -- taken back; null: it stands
    primary key (school_id, homework_id, student_id),
    foreign key (school_id, homework_id) references homework,
    foreign key (school_id, student_id) references student
);
create index homework_done_of_pupil on homework_done (school_id, student_id, homework_id);

-- A small child's day: how much was eaten of each meal, how long it slept.
create table care_entry (
    school_id integer not null references school,
    student_id uuid not null,
    day date not null,
    id uuid not null,
    class_id uuid not null, -- on that day
    breakfast text check (breakfast in ('all', 'most', 'some', 'none')),
    lunch text check (lunch in ('all', 'most', 'some', 'none')),
    snack text check (snack in ('all', 'most', 'some', 'none')),
    sleep_min smallint check (sleep_min between 0 and 720),
    note_sealed bytea, -- often about health: under the school's key
    author_account_id uuid not null,
    author_name text not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    edited_at timestamptz,
    primary key (school_id, student_id, day),
    foreign key (school_id, student_id) references student,
    foreign key (school_id, class_id) references school_class
);
create index care_entry_of_pupil on care_entry (school_id, student_id, created_at desc, id desc);
create index care_entry_of_pupil_changed on care_entry (school_id, student_id, changed_at);
create index care_entry_of_class_day on care_entry (school_id, class_id, day);

-- What an entry said before somebody changed it. Facts, only added.
create table daily_edit (
    school_id integer not null references school,
    id uuid not null,
    of_kind text not null check (of_kind in ('remark', 'lesson', 'homework', 'care')),
    of_id uuid not null,
    before jsonb not null, -- all but what is sealed
    before_sealed bytea,
    edited_by uuid not null, -- the account
    editor_name text not null,
    edited_at timestamptz not null,
    primary key (school_id, id)
);
create index daily_edit_of_entry on daily_edit (school_id, of_id, id);

-- A school's own words for what is said every day; a school with no row is offered the defaults.
create table phrase (
    school_id integer not null references school,
    id uuid not null,
    kind text not null check (kind in ('praise', 'needs_work', 'neutral')),
    about text not null check (about in ('remark', 'conduct')),
    text text not null check (length(text) between 1 and 200),
    position smallint not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    primary key (school_id, id)
);
create index phrase_of_school on phrase (school_id, position) where ended_at is null;

-- What a family has in its inbox of a pupil's day: the next message takes its place.
create table book_news (
    school_id integer not null references school,
    student_id uuid not null,
    day date not null,
    kind text not null check (kind in ('remark', 'homework', 'daily_book')),
    event_id uuid not null, -- of the last message
    told_day date not null, -- the day under which the inbox keeps it
    push_at timestamptz not null, -- when it may be pushed, or was; the next one an hour later
    primary key (school_id, student_id, day, kind)
);
create index book_news_old on book_news (day);

create table weekly_summary (
    school_id integer not null references school,
    student_id uuid not null,
    week_start date not null check (extract(isodow from week_start) = 1),
    id uuid not null,
    data jsonb not null,
    made_at timestamptz not null,
    primary key (school_id, student_id, week_start),
    foreign key (school_id, student_id) references student
);
create index weekly_summary_of_pupil on weekly_summary (school_id, student_id, made_at desc, id desc);

-- A school's week is summed up and told in one transaction, and this row says that it was.
create table weekly_run (
    school_id integer not null references school,
    week_start date not null,
    made_at timestamptz not null,
    told integer not null, -- pupils
    primary key (school_id, week_start)
);

do $$
declare t text;
begin
    foreach t in array array['remark', 'lesson', 'homework', 'homework_done', 'care_entry',
        'daily_edit', 'phrase', 'book_news', 'weekly_summary', 'weekly_run'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (school_id = any (
            (select nullif(current_setting('app.schools', true), '')::int[])::int[]))$p$, t);
        execute format('grant select, insert, update on %I to ct_app', t);
    end loop;
end $$;
-- Upkeep throws away what nothing takes the place of any more, without reading what it was about.
create policy of_worker on book_news for all to ct_worker using (true);
grant select (school_id, student_id, day, kind), delete on book_news to ct_worker;

-- migrate:down

drop table weekly_run, weekly_summary, book_news, phrase, daily_edit, care_entry, homework_done,
    homework, lesson, remark;
