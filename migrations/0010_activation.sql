-- migrate:up

-- Links that wait (docs/decisions/0020) -----------------------------------------------------

-- `paper_at`: opened by a printed code, whose holder has not shown that the phone is theirs; null
-- again once it has. `phone_proved_at`: when a text message last was.
alter table account
    add column paper_at timestamptz,
    add column phone_proved_at timestamptz;
update account set phone_proved_at = created_at where password_hash is not null;

-- While a link waits, `account_id` is null: nobody who reads the directory can take it for live.
alter table guardianship
    add column pending_account_id uuid references account,
    add column pending_since timestamptz,
    add column proved_at timestamptz,
    add column needs_approval boolean not null default false,
    add constraint guardianship_waits_or_lives check (
        (pending_account_id is null) = (pending_since is null)
        and (pending_account_id is null or account_id is null));
create index guardianship_pending on guardianship (pending_account_id)
    where pending_account_id is not null;

-- One-time codes on paper, each for one guardian of one pupil ---------------------------------

create table activation_code (
    school_id integer not null,
    id uuid not null,
    student_id uuid not null,
    guardian_id uuid not null,
    phone_index bytea not null, -- as it was when the sheet was printed
    code_mac bytea not null,
    attempts smallint not null default 0, -- wrong phones
    created_by uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    voided_at timestamptz,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    foreign key (school_id, guardian_id) references guardian
);
create unique index activation_code_live on activation_code (school_id, student_id, guardian_id)
    where used_at is null and voided_at is null;
create index activation_code_by_mac on activation_code (school_id, code_mac);

-- Consents: choices are facts, what holds now is derived ------------------------------------------

create table consent_event (
    school_id integer not null references school,
    id uuid not null,
    purpose text not null check (purpose in ('photo', 'staff_location', 'push_names')),
    person_id uuid not null, -- the pupil or member of staff whom it is about
    account_id uuid not null, -- who chose
    version smallint not null check (version > 0),
    locale text not null check (locale in ('vi', 'en')), -- the language in which it was read
    choice text not null check (choice in ('given', 'refused', 'withdrawn')),
    created_at timestamptz not null,
    primary key (school_id, id)
);
create index consent_event_of_person on consent_event (school_id, person_id);

create table consent (
    school_id integer not null references school,
    purpose text not null,
    person_id uuid not null,
    account_id uuid not null,
    version smallint not null,
    choice text not null check (choice in ('given', 'refused', 'withdrawn')),
    decided_at timestamptz not null,
    event_id uuid not null,
    primary key (school_id, purpose, person_id, account_id)
);

-- Custody: decisions and the papers they rest on -----------------------------------------------

create table custody_document (
    school_id integer not null,
    id uuid not null,
    student_id uuid not null,
    guardian_id uuid not null,
    media_type text not null check (media_type in
        ('application/pdf', 'image/jpeg', 'image/png')),
    size_bytes integer not null check (size_bytes between 1 and 5242880),
    storage_key text not null,
    uploaded_by uuid not null,
    created_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    foreign key (school_id, guardian_id) references guardian
);
create index custody_document_of_guardian
    on custody_document (school_id, student_id, guardian_id);

create table custody_event (
    school_id integer not null,
    id uuid not null,
    student_id uuid not null,
    guardian_id uuid not null,
    action text not null check (action in ('block', 'lift')),
    reason text,
    document_id uuid,
    decided_by uuid not null,
    created_at timestamptz not null,
    primary key (school_id, id),
    foreign key (school_id, student_id) references student,
    foreign key (school_id, document_id) references custody_document,
    constraint custody_event_has_grounds check (
        document_id is not null or (action = 'lift' and reason is not null))
);

-- Who looked at what is closed to all but a few.
create table access_log (
    school_id integer not null references school,
    id uuid not null,
    account_id uuid not null,
    action text not null check (action in ('custody_document_read')),
    student_id uuid,
    object_id uuid not null,
    created_at timestamptz not null,
    primary key (school_id, id)
);

do $$
declare t text;
begin
    foreach t in array array['activation_code', 'consent_event', 'consent', 'custody_document',
        'custody_event', 'access_log'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format($p$create policy of_school on %I for all to ct_app using (
            school_id = any ((select nullif(current_setting('app.schools', true), ''))::int[]))$p$, t);
    end loop;
end $$;

-- Facts are only added.
grant select, insert on consent_event, custody_document, custody_event, access_log to ct_app;
grant select, insert, update on activation_code, consent to ct_app;
-- A Web Push names the child only by consent, and the worker composes it.
create policy of_worker on consent for select to ct_worker using (purpose = 'push_names');
grant select on consent to ct_worker;
create policy details_of_worker on notification_preference for select to ct_worker
    using (kind = 'web_push_details');
grant select on notification_preference to ct_worker;

-- A school links guardians from its forms, its files and its transfers: that none of these reaches
-- an account which somebody uses, unless the number is known to be theirs, is kept here. It concerns
-- the application alone: the owner seeds and repairs.
create function hold_back_link() returns trigger language plpgsql as $$
declare
    known account%rowtype;
    former uuid;
    is_changed boolean := false;
    is_used boolean;
    is_fresh boolean;
begin
    if new.account_id is null then
        return new;
    end if;
    if tg_op = 'INSERT' then
        -- `on conflict do update` comes back as an update, and must find the account it asked for.
        if exists (select from guardianship g
                    where g.school_id = new.school_id and g.student_id = new.student_id
                      and g.guardian_id = new.guardian_id) then
            return new;
        end if;
    else
        if old.pending_account_id = new.account_id then
            -- Confirmed by who takes the wait away; else named once more, and it goes on waiting.
            if new.pending_account_id is not null then
                new.account_id := null;
            end if;
            return new;
        end if;
        if old.account_id = new.account_id
           and (old.ended_at is null or new.ended_at is not null) then
            return new;
        end if;
        former := coalesce(old.account_id, old.pending_account_id);
        is_changed := former is not null and former <> new.account_id;
    end if;
    select a.* into known from account a where a.id = new.account_id;
    is_used := known.password_hash is not null
        or exists (select from session s where s.account_id = new.account_id);
    if is_used and not is_changed then
        -- Whose number it was a while ago says nothing of whose it is today.
        is_fresh := coalesce(known.phone_proved_at > now() - interval '30 days', false)
            or exists (select from guardianship g where g.account_id = new.account_id
                          and coalesce(g.ended_at, 'infinity') > now() - interval '30 days')
            or exists (select from membership m where m.account_id = new.account_id
                          and coalesce(least(m.ended_at, m.valid_until), 'infinity')
                              > now() - interval '30 days');
        -- A paper of one school proves nothing to another.
        if known.paper_at is not null then
            is_fresh := is_fresh and exists (
                select from guardianship g
                 where g.account_id = new.account_id and g.school_id = new.school_id
                   and g.ended_at is null);
        end if;
    end if;
    new.proved_at := null;
    if is_used and (is_changed or not is_fresh) then
        new.pending_account_id := new.account_id;
        new.pending_since := now();
        new.needs_approval := is_changed;
        new.account_id := null;
    else
        new.pending_account_id := null;
        new.pending_since := null;
        new.needs_approval := false;
    end if;
    return new;
end $$;
create trigger guardianship_held before insert or update of account_id, ended_at on guardianship
    for each row when (current_user = 'ct_app') execute function hold_back_link();

-- The oldest version of the photo's text that covers what is done today; app/consents/texts.py has
-- the same number, and a test compares them.
create function photo_consent_since() returns smallint language sql immutable
    as 'select 1::smallint';

-- Shown only if somebody who acts for the child has said yes, and nobody who does has said no.
create function settle_photo_consent(of_school integer, of_student uuid) returns void
    language plpgsql as $$
begin
    -- Two parents choose at once: the second looks when the first has committed.
    perform from student where school_id = of_school and id = of_student for no key update;
    update student s set photo_consent = q.is_shown
      from (select coalesce(bool_or(c.choice = 'given' and c.version >= photo_consent_since())
                        and not bool_or(c.choice <> 'given'), false) as is_shown
              from consent c
             where c.school_id = of_school and c.purpose = 'photo' and c.person_id = of_student
               and exists (
                   select from guardianship g
                    where g.school_id = of_school and g.student_id = of_student
                      and g.account_id = c.account_id and g.ended_at is null and g.can_see)
               and not exists (
                   select from guardianship b
                    where b.school_id = of_school and b.student_id = of_student
                      and b.account_id = c.account_id and b.custody_blocked_at is not null)) q
     where s.school_id = of_school and s.id = of_student
       and s.photo_consent is distinct from q.is_shown;
end $$;

create function consent_chosen() returns trigger language plpgsql as $$
begin
    perform settle_photo_consent(new.school_id, new.person_id);
    return null;
end $$;
create trigger photo_consent_chosen after insert or update on consent
    for each row when (new.purpose = 'photo') execute function consent_chosen();

-- What hangs on a link: the paper code ends with it, and who acts for the child counts anew.
create function follow_link() returns trigger language plpgsql as $$
declare
    former uuid := case tg_op when 'UPDATE' then old.account_id end;
begin
    if tg_op = 'UPDATE' and old.ended_at is null and new.ended_at is not null then
        update activation_code set voided_at = now()
         where school_id = new.school_id and student_id = new.student_id
           and guardian_id = new.guardian_id and used_at is null and voided_at is null;
    end if;
    if exists (select from consent c
                where c.school_id = new.school_id and c.purpose = 'photo'
                  and c.person_id = new.student_id
                  and c.account_id in (former, new.account_id)) then
        perform settle_photo_consent(new.school_id, new.student_id);
    end if;
    return null;
end $$;
create trigger guardianship_followed
    after insert or update of account_id, ended_at, can_see, custody_blocked_at on guardianship
    for each row execute function follow_link();

-- migrate:down

drop trigger guardianship_followed on guardianship;
drop trigger guardianship_held on guardianship;
drop function follow_link();
drop function hold_back_link();
drop policy details_of_worker on notification_preference;
revoke select on notification_preference from ct_worker;
drop table access_log, custody_event, custody_document, consent, consent_event, activation_code;
drop function consent_chosen();
drop function settle_photo_consent(integer, uuid);
drop function photo_consent_since();
alter table guardianship
    drop constraint guardianship_waits_or_lives,
    drop column pending_account_id,
    drop column pending_since,
    drop column proved_at,
    drop column needs_approval;
alter table account drop column paper_at, drop column phone_proved_at;
