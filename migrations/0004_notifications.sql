-- migrate:up

-- Account tables: what belongs to a person across schools. `account_id` first, everywhere.

create table inbox_head (
    account_id uuid primary key references account,
    last_seq bigint not null default 0
);

create table inbox_item (
    account_id uuid not null,
    day date not null,
    id uuid not null,
    seq bigint not null,
    event_id uuid not null,
    kind text not null,
    school_id integer,
    student_id uuid,
    title text not null,
    body text not null,
    data jsonb not null,
    text_version smallint not null,
    -- The notification on the phone's screen that this one takes the place of; null: its own.
    screen_id uuid,
    created_at timestamptz not null default now(),
    delivered_at timestamptz,
    read_at timestamptz,
    primary key (account_id, day, id),
    unique (account_id, day, event_id, kind)
) partition by range (day);
create index inbox_item_seq on inbox_item (account_id, seq);

create table push_token (
    account_id uuid not null references account,
    device_id uuid not null,
    kind text not null check (kind in ('fcm', 'web')),
    token text not null, -- FCM's token, or the web push endpoint
    p256dh text,
    auth text,
    platform text not null check (platform in ('android', 'ios', 'web')),
    locale text not null check (locale in ('vi', 'en')),
    registered_at timestamptz not null default now(),
    disabled_at timestamptz,
    disabled_reason text,
    primary key (account_id, device_id, kind),
    check ((kind = 'web') = (p256dh is not null and auth is not null))
);

-- A hash, since an endpoint may be longer than a btree takes.
create index push_token_by_token on push_token using hash (token);

create table delivery (
    account_id uuid not null,
    day date not null,
    id uuid not null,
    inbox_id uuid not null,
    screen_id uuid, -- of the inbox item
    device_id uuid not null,
    channel text not null check (channel in ('fcm', 'web')),
    kind text not null,
    bucket smallint not null,
    state text not null default 'queued' check (state in
        ('queued', 'sent', 'delivered', 'read', 'failed', 'dead')),
    attempts smallint not null default 0,
    due_at timestamptz not null default now(),
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    settled_at timestamptz,
    reason text,
    provider_id text,
    primary key (account_id, day, id),
    unique (account_id, day, inbox_id, device_id, channel)
) partition by range (day);
create index delivery_due on delivery (bucket, due_at) where state = 'queued';

create table notification_preference (
    account_id uuid not null references account,
    kind text not null,
    channel text not null check (channel in ('push', 'sms')),
    is_enabled boolean not null,
    primary key (account_id, kind, channel)
);

create table idempotency_key (
    account_id uuid not null references account,
    key text not null,
    request_hash bytea not null,
    status smallint not null,
    body bytea not null,
    created_at timestamptz not null default now(),
    primary key (account_id, key)
);

do $$
declare t text;
begin
    foreach t in array array['inbox_head', 'inbox_item', 'push_token', 'delivery',
        'notification_preference', 'idempotency_key'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_account on %I for all to ct_app using (
            account_id = any ((select nullif(current_setting('app.account', true), ''))::uuid[]))$p$, t);
    end loop;
    foreach t in array array['inbox_head', 'inbox_item', 'push_token', 'delivery',
        'notification_preference'] loop
        execute format('create policy of_relay on %I for all to ct_relay using (true)', t);
    end loop;
    foreach t in array array['inbox_head', 'inbox_item', 'push_token', 'delivery',
        'idempotency_key'] loop
        execute format('create policy of_worker on %I for all to ct_worker using (true)', t);
    end loop;
end $$;

grant select, update on inbox_item, delivery to ct_app;
grant select on inbox_head to ct_app;
grant select, insert, update, delete on push_token, notification_preference to ct_app;
grant select, insert on idempotency_key to ct_app;

grant select, insert, update on inbox_head to ct_relay;
grant select, insert on inbox_item, delivery to ct_relay;
grant select on push_token, notification_preference to ct_relay;

grant select, update on delivery, push_token to ct_worker;
grant select on inbox_item to ct_worker;
grant select, delete on idempotency_key to ct_worker;

-- One phone, one account's news: who registers a token last has it alone. Row level security hides
-- the other account's row, so this one deletion runs as the owner, who is a member of ct_relay.
create function claim_push_token(of_kind text, of_token text, by_account uuid, on_device uuid)
    returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    ended integer;
begin
    -- Two accounts that register one token at the same moment take turns.
    perform pg_advisory_xact_lock(hashtextextended(of_kind || ' ' || of_token, 72170002));
    delete from push_token
     where token = of_token and kind = of_kind
       and (account_id, device_id) is distinct from (by_account, on_device);
    get diagnostics ended = row_count;
    return ended;
end $$;
revoke all on function claim_push_token(text, text, uuid, uuid) from public;
grant execute on function claim_push_token(text, text, uuid, uuid) to ct_app;

-- Whoever ends a session, be it a principal for a lost phone, ends its pushes and its tokens with
-- it. A new login on the same phone keeps the pushes: the phone will not register again by itself.
create function end_session() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from refresh_token where session_id = new.id;
    if new.revoked_reason is distinct from 'replaced' then
        delete from push_token where account_id = new.account_id and device_id = new.device_id;
    end if;
    return null;
end $$;
revoke all on function end_session() from public;
create trigger session_ended after update of revoked_at on session
    for each row when (old.revoked_at is null and new.revoked_at is not null)
    execute function end_session();

select ensure_partitions((current_date - 60), (current_date + 62));

-- migrate:down

drop trigger session_ended on session;
drop function end_session();
drop function claim_push_token(text, text, uuid, uuid);
drop table idempotency_key, notification_preference, delivery, push_token, inbox_item, inbox_head;
