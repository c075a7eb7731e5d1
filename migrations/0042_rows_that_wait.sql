-- migrate:up

-- The desk counts the rows of statements that a person has to decide, or that nobody has taken.
create index bank_statement_row_open on bank_statement_row (school_id, statement_id)
    where amount > 0 and fund_id is null;

-- migrate:down

drop index bank_statement_row_open;
