-- migrate:up

-- The key is claimed before the effect and its answer written after it, in one transaction, so the
-- API updates the row that it inserted. A committed row has its answer: `status` 0 is never seen.
grant update (status, body) on idempotency_key to ct_app;

-- `body` is sealed; empty: the answer was too long to keep (app/idempotency.py).
alter table idempotency_key
    add constraint idempotency_key_is_bounded
        check (length(key) between 1 and 255 and octet_length(body) <= 65536);

-- migrate:down

alter table idempotency_key drop constraint idempotency_key_is_bounded;
revoke update (status, body) on idempotency_key from ct_app;
