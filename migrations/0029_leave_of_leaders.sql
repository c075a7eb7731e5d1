-- migrate:up

-- Who of a school is to decide on a request for leave, none of whom it is about: the homeroom teacher
-- of the pupil's class, and where there is none, or of staff's, the principals. Nobody: the department.
create function leave_deciders(
    of_school integer, of_person uuid, asked_by uuid, at timestamptz, out account_id uuid)
    returns setof uuid language sql stable as $$
    with leader as (
        select m.account_id, m.role
          from membership m join account a on a.id = m.account_id
         where m.school_id = of_school and m.role in ('homeroom_teacher', 'principal')
           and m.ended_at is null and a.disabled_at is null and a.paper_at is null
           and (m.valid_from is null or m.valid_from <= at)
           and (m.valid_until is null or m.valid_until > at)
           and m.account_id <> asked_by
           and not exists (
               select from guardianship g
                where g.school_id = m.school_id and g.student_id = of_person
                  and m.account_id in (g.account_id, g.pending_account_id)
                  and (g.ended_at is null or g.custody_blocked_at is not null))
           and (m.role = 'principal' or exists (
               select from enrolment n
                 join school_class c on c.school_id = n.school_id and c.id = n.class_id
                where n.school_id = m.school_id and n.student_id = of_person and n.to_day is null
                  and c.homeroom_staff_id = m.person_id and c.ended_at is null)))
    select distinct leader.account_id from leader
     where role = 'homeroom_teacher'
        or not exists (select from leader where role = 'homeroom_teacher')
$$;

-- Whose schools these are is not the relay's to read: it may ask about one account.
create function leads_department(of_account uuid, of_school integer) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    with recursive unit as (
        select o.id, o.parent_id from org_unit o
         where o.id = (select org_unit_id from school where id = of_school)
         union
        select o.id, o.parent_id from org_unit o join unit on o.id = unit.parent_id)
    select exists (
        select from membership m
         where m.account_id = of_account and m.role = 'department_admin' and m.ended_at is null
           and m.org_unit_id in (select id from unit))
$$;
revoke all on function leads_department(uuid, integer) from public;
grant execute on function leads_department(uuid, integer) to ct_relay;

-- migrate:down

drop function leads_department(uuid, integer);
drop function leave_deciders(integer, uuid, uuid, timestamptz);
