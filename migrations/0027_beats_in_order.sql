-- migrate:up

-- The phone's own clock when it said what stands in the row: an older word that comes later is not
-- to open a scanner again which was closed.
alter table scanner add column sent_ms bigint;

-- migrate:down

alter table scanner drop column sent_ms;
