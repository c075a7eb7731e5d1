-- migrate:up

-- Who approved days of a past month as the first of two, and stays known when the second has decided.
alter table leave_request
    add column first_by uuid, -- the account
    add column first_at timestamptz,
    add constraint leave_request_first check ((first_by is null) = (first_at is null));

-- Who of a school may decide as the second: a principal who is neither the first, nor asked, nor of the
-- family. Nobody: the department.
create function leave_seconders(
    of_school integer, of_person uuid, asked_by uuid, first_by uuid, at timestamptz,
    out account_id uuid)
    returns setof uuid language sql stable as $$
    select distinct m.account_id
      from membership m join account a on a.id = m.account_id
     where m.school_id = of_school and m.role = 'principal'
       and m.ended_at is null and a.disabled_at is null and a.paper_at is null
       and (m.valid_from is null or m.valid_from <= at)
       and (m.valid_until is null or m.valid_until > at)
       and m.account_id not in (asked_by, first_by)
       and not exists (
           select from guardianship g
            where g.school_id = m.school_id and g.student_id = of_person
              and m.account_id in (g.account_id, g.pending_account_id)
              and (g.ended_at is null or g.custody_blocked_at is not null))
$$;

-- migrate:down

drop function leave_seconders(integer, uuid, uuid, uuid, timestamptz);
alter table leave_request drop column first_by, drop column first_at;
