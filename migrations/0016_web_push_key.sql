-- migrate:up

-- The key by which the browsers' push services know this installation (VAPID, RFC 8292). Browsers bind
-- their subscriptions to it, so there is one, for all processes and for good: it is not derived from
-- MASTER_KEY, which changes, but sealed under it.
create table web_push_key (
    id smallint primary key default 1 check (id = 1),
    public_key text not null,
    private_sealed bytea not null,
    created_at timestamptz not null default now()
);

grant select, insert on web_push_key to ct_app, ct_worker;
grant update (private_sealed) on web_push_key to ct_app; -- MASTER_KEY is rotated

-- migrate:down

drop table web_push_key;
