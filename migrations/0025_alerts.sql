-- migrate:up

-- The account's language is that of all it is told. Until somebody chooses, it follows the phone.
alter table account add column locale_chosen_at timestamptz;
update account set locale_chosen_at = created_at where locale <> 'vi';

-- How an account wants to be disturbed; no row: as the defaults say (app/identity/alerts.py). What is
-- about a child's safety does not ask.
create table alert_choice (
    account_id uuid primary key references account,
    quiet_from time not null, -- the school's time, as the others
    quiet_until time not null,
    urgent_breaks_quiet boolean not null,
    digest_hour smallint check (digest_hour between 0 and 23) -- null: each by itself
);

-- The digest that pushes this item; null: it is pushed by itself, or not at all.
alter table inbox_item add column digest_id uuid;
create index inbox_item_of_digest on inbox_item (account_id, digest_id) where digest_id is not null;
create index inbox_item_of_school on inbox_item (school_id, day);

alter table delivery
    drop constraint delivery_channel_check,
    add constraint delivery_channel_check check (channel in ('fcm', 'web', 'sms')),
    drop constraint delivery_state_check,
    -- `unneeded`: rightly not sent, as what was replaced, or acknowledged before its text message.
    add constraint delivery_state_check check (state in
        ('queued', 'sent', 'delivered', 'read', 'failed', 'dead', 'unneeded')),
    add column school_id integer, -- null: a digest, or from before
    add column is_urgent boolean not null default false,
    add column budgeted_at timestamptz; -- SMS: counted against its school's day
create index delivery_of_school on delivery (school_id, day);

-- What became of a school's news, counted by the worker: no account, no pupil.
create table delivery_count (
    school_id integer not null references school,
    day date not null,
    kind text not null,
    channel text not null check (channel in ('inbox', 'fcm', 'web', 'sms')),
    state text not null,
    reason text not null, -- of what failed; else ''
    n integer not null check (n > 0),
    counted_at timestamptz not null,
    primary key (school_id, day, kind, channel, state, reason)
);

-- Deliveries that were given up, as their school sees them. Replayed ones are here no more.
create table dead_letter (
    school_id integer not null references school,
    id uuid not null, -- the delivery
    account_id uuid not null,
    day date not null,
    kind text not null,
    channel text not null,
    reason text not null,
    dead_at timestamptz not null,
    primary key (school_id, id)
);
create index outbox_dead on outbox (school_id, id) where dead_at is not null;

-- Text messages cost money: how many a school's day has had, and how many it was refused.
create table sms_usage (
    school_id integer not null references school,
    day date not null,
    taken integer not null,
    refused integer not null,
    primary key (school_id, day)
);

do $$
declare t text;
begin
    foreach t in array array['delivery_count', 'dead_letter', 'sms_usage'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (school_id = any (
            (select nullif(current_setting('app.schools', true), '')::int[])::int[]))$p$, t);
        execute format('create policy of_worker on %I for all to ct_worker using (true)', t);
        execute format('grant select on %I to ct_app', t);
        execute format('grant select, insert, update, delete on %I to ct_worker', t);
    end loop;
end $$;

alter table alert_choice enable row level security;
alter table alert_choice force row level security;
create policy of_account on alert_choice for all to ct_app using (account_id = any (
    (select nullif(current_setting('app.account', true), '')::uuid[])::uuid[]));
create policy of_relay on alert_choice for select to ct_relay using (true);
grant select, insert, update on alert_choice to ct_app;
grant select on alert_choice to ct_relay;

create policy of_worker on attendance_rules for select to ct_worker using (true);
grant select (school_id, sms_budget_a_day) on attendance_rules to ct_worker;
-- Is something newer about the pupil on its way? Not what it says.
create policy of_worker on outbox for select to ct_worker using (true);
grant select (school_id, day, student_id, kind, dead_at) on outbox to ct_worker;
grant update (attempts, due_at, dead_at, dead_reason) on outbox to ct_app;

-- Who leads a school is not the relay's to read: it may ask about one account.
create function leads_school(of_account uuid, of_school integer, at timestamptz) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select from membership m
         where m.account_id = of_account and m.school_id = of_school and m.role = 'principal'
           and m.ended_at is null
           and (m.valid_from is null or m.valid_from <= at)
           and (m.valid_until is null or m.valid_until > at))
$$;
revoke all on function leads_school(uuid, integer, timestamptz) from public;
grant execute on function leads_school(uuid, integer, timestamptz) to ct_relay;

-- Deliveries are the accounts'. A school's own dead ones alone may be queued again: all, those of a
-- reason, or these. What is not worth sending any more stays in the inbox, where it is. A text message
-- that may have gone out twice is not among "all".
create function replay_dead_letters(of_reason text, of_ids uuid[])
    returns table (of_school integer, queued bigint, too_late bigint)
    language sql security definer set search_path = public, pg_temp as $$
    with chosen as (
        delete from dead_letter l
         where l.school_id = any (nullif(current_setting('app.schools', true), '')::int[])
           and (of_reason is null or l.reason = of_reason) and (of_ids is null or l.id = any (of_ids))
           and (l.channel <> 'sms' or of_reason is not null or of_ids is not null)
        returning l.school_id, l.account_id, l.day, l.id),
    again as (
        update delivery d
           set state = case when d.expires_at > now() then 'queued' else 'failed' end,
               reason = case when d.expires_at > now() then 'replayed' else 'too_late' end,
               settled_at = case when d.expires_at > now() then null else now() end,
               attempts = 0, due_at = now()
          from chosen c
         where d.account_id = c.account_id and d.day = c.day and d.id = c.id and d.state = 'dead'
        returning c.school_id, d.state)
    select again.school_id, count(*) filter (where again.state = 'queued'),
           count(*) filter (where again.state = 'failed')
      from again group by again.school_id
$$;
revoke all on function replay_dead_letters(text, uuid[]) from public;
grant execute on function replay_dead_letters(text, uuid[]) to ct_app;

-- Whole months of inboxes and deliveries; the months' tables go, nothing is deleted row by row.
create function drop_old_news(before_day date) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t text;
    part text;
    dropped integer := 0;
begin
    if before_day > current_date - 58 then
        raise exception 'news is kept for two months at least';
    end if;
    foreach t in array array['inbox_item', 'delivery'] loop
        for part in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
                     where i.inhparent = ('public.' || t)::regclass
                       and c.relname < t || '_' || to_char(before_day, 'YYYYMM') loop
            execute format('drop table public.%I', part);
            dropped := dropped + 1;
        end loop;
    end loop;
    return dropped;
end $$;
revoke all on function drop_old_news(date) from public;
grant execute on function drop_old_news(date) to ct_worker;

-- migrate:down

drop function drop_old_news(date);
drop function replay_dead_letters(text, uuid[]);
drop function leads_school(uuid, integer, timestamptz);
revoke update (attempts, due_at, dead_at, dead_reason) on outbox from ct_app;
revoke select (school_id, day, student_id, kind, dead_at) on outbox from ct_worker;
drop policy of_worker on outbox;
revoke select (school_id, sms_budget_a_day) on attendance_rules from ct_worker;
drop policy of_worker on attendance_rules;
drop index outbox_dead;
drop table sms_usage, dead_letter, delivery_count;
drop index delivery_of_school;
delete from delivery where channel = 'sms' or state = 'unneeded';
alter table delivery
    drop constraint delivery_state_check,
    add constraint delivery_state_check check (state in
        ('queued', 'sent', 'delivered', 'read', 'failed', 'dead')),
    drop column budgeted_at, drop column is_urgent, drop column school_id,
    drop constraint delivery_channel_check,
    add constraint delivery_channel_check check (channel in ('fcm', 'web'));
drop index inbox_item_of_school;
drop index inbox_item_of_digest;
alter table inbox_item drop column digest_id;
drop table alert_choice;
alter table account drop column locale_chosen_at;
