-- migrate:up

-- An offer that came to nothing and whose meals another bill gives back: void, and not offered again
-- when its period is issued once more.
alter table invoice add column is_lapsed boolean not null default false;
alter table invoice add check (not is_lapsed or (is_voluntary and state = 'void'));

-- migrate:down

alter table invoice drop column is_lapsed;
