\set school random(1, 100)
begin;
set local role ct_app;
select set_config('app.schools', '{' || :school || '}', true);
insert into gateway_inbox (school_id, merchant_id, event_key, source, body, body_hash, received_at,
    due_at, state)
select school_id, id, 'bare' || gen_random_uuid(), 'webhook', decode(repeat('ab', 420), 'hex'),
       decode(repeat('cd', 64), 'hex'), now(), now(), 'received'
  from merchant where school_id = :school and ended_at is null
on conflict do nothing;
commit;
