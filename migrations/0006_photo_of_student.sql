-- migrate:up

-- `photo_key` names the picture in the storage; `photo_consent` is derived from the guardians'
-- choices (docs/ARCHITECTURE.md): without it nobody is shown the picture. It stands in the row
-- since each scan reads it.
alter table student
    add column photo_key text,
    add column photo_consent boolean not null default false;

-- migrate:down

alter table student drop column photo_key, drop column photo_consent;
