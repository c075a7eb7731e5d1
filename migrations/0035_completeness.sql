-- migrate:up

-- A school's week of the contact book in numbers, for the department, which reads no row of a child.
-- Of class-days, of questions to teachers, and of pupils times announcements.
create table contact_book_week (
    school_id integer not null references school,
    week date not null check (extract(isodow from week) = 1), -- its Monday
    class_days integer not null, -- a class on a school day, until the day of the count
    care_days integer not null, -- of these, of preschool classes
    lessons integer not null, -- class-days on which there is one
    homework integer not null,
    remarks integer not null,
    care integer not null,
    questions integer not null, -- of families in threads
    replies integer not null,
    quick_replies integer not null, -- within a working day
    median_reply_min integer,
    recipients integer not null,
    read integer not null,
    wanted integer not null, -- recipients who were asked to answer
    answered integer not null,
    counted_at timestamptz not null,
    primary key (school_id, week),
    check (care_days <= class_days and lessons <= class_days and homework <= class_days),
    check (remarks <= class_days and care <= care_days),
    check (quick_replies <= replies and replies <= questions),
    check (read <= recipients and wanted <= recipients and answered <= wanted)
);

alter table contact_book_week enable row level security;
alter table contact_book_week force row level security;
create policy of_school on contact_book_week for all to ct_app using (
    school_id = any ((select nullif(current_setting('app.schools', true), '')::int[])::int[]));
grant select, insert, update on contact_book_week to ct_app;

-- A week's announcements and messages of a school, however much came before.
create index announcement_published on announcement (school_id, published_at)
    where published_at is not null;
create index thread_message_sent on thread_message (school_id, sent_at);

-- migrate:down

drop index thread_message_sent;
drop index announcement_published;
drop table contact_book_week;
