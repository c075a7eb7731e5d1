-- migrate:up

-- The number that families call, a child's absence above all. It stands on the school's door.
alter table school add column phone text check (phone ~ '^\+84[0-9]{9,10}$'); -- E.164; null: not given

-- migrate:down

alter table school drop column phone;
