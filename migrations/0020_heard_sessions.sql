-- migrate:up

-- When a request first showed an access token of the latest refresh: from then on the one before is
-- known not to be needed again (docs/decisions/0010). Null, or before last_used_at: not yet.
alter table session add column heard_at timestamptz;

-- migrate:down

alter table session drop column heard_at;
