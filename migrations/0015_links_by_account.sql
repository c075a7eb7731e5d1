-- migrate:up

-- Ended links are asked for as well, by hold_back_link and before paper opens an account: an index
-- over the live ones alone serves neither, and an import would read the table once a row.
drop index guardianship_of_account;
create index guardianship_of_account on guardianship (account_id) where account_id is not null;
create index membership_of_account on membership (account_id);

-- What a guardian has chosen, without reading the choices of the whole school.
create index consent_of_account on consent (school_id, account_id);

-- A link and a paper code that opens the account, both at once: each asks whether the other is
-- there, so one must wait for the other's commit (app/activation/service.py locks `for update`).
-- It fires before guardianship_held, by its name, whose look at the account is then a fresh one.
create function await_opening() returns trigger language plpgsql as $$
begin
    perform from account where id = new.account_id for key share;
    return new;
end $$;
create trigger guardianship_awaits_opening
    before insert or update of account_id, ended_at on guardianship
    for each row when (current_user = 'ct_app' and new.account_id is not null)
    execute function await_opening();

-- migrate:down

drop trigger guardianship_awaits_opening on guardianship;
drop function await_opening();
drop index consent_of_account;
drop index membership_of_account;
drop index guardianship_of_account;
create index guardianship_of_account on guardianship (account_id) where ended_at is null;
