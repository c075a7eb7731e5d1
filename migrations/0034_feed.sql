-- migrate:up

-- What somebody has written themselves is searched as well. The feed goes by the tables' own indexes:
-- what a pupil or a class has, by when it was written, and by when it last changed.
create index remark_by on remark (school_id, author_account_id, created_at desc, id desc);
create index lesson_by on lesson (school_id, author_account_id, created_at desc, id desc);
create index homework_by on homework (school_id, author_account_id, created_at desc, id desc);

-- migrate:down

drop index homework_by, lesson_by, remark_by;
