-- migrate:up

-- The cast stands inside the subselect: a statement reads its schools once. Outside, the setting's
-- text became an array again for each row and each look-up by key, a tenth of a scan's work in
-- PostgreSQL. The second cast does nothing, but `any ((select ...))` would compare with rows.
do $$
declare t text;
begin
    for t in select tablename from pg_policies
              where schemaname = 'public' and policyname = 'of_school' loop
        execute format($p$alter policy of_school on %I using (school_id = any (
            (select nullif(current_setting('app.schools', true), '')::int[])::int[]))$p$, t);
    end loop;
    for t in select tablename from pg_policies
              where schemaname = 'public' and policyname = 'of_account' loop
        execute format($p$alter policy of_account on %I using (account_id = any (
            (select nullif(current_setting('app.account', true), '')::uuid[])::uuid[]))$p$, t);
    end loop;
end $$;

-- migrate:down

do $$
declare t text;
begin
    for t in select tablename from pg_policies
              where schemaname = 'public' and policyname = 'of_school' loop
        execute format($p$alter policy of_school on %I using (school_id = any (
            (select nullif(current_setting('app.schools', true), ''))::int[]))$p$, t);
    end loop;
    for t in select tablename from pg_policies
              where schemaname = 'public' and policyname = 'of_account' loop
        execute format($p$alter policy of_account on %I using (account_id = any (
            (select nullif(current_setting('app.account', true), ''))::uuid[]))$p$, t);
    end loop;
end $$;
