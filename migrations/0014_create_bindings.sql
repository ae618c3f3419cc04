-- Whose account it is: the accounts of each member, each with the time in which what was done with it is the member's; and what somebody wants
-- changed of that. docs/DATA_MODEL.md explains the columns.

create table bindings (
  institution_id uuid not null references institutions,
  binding_id uuid not null,
  member_id uuid not null,
  github_id bigint not null,
  -- A label, as it was last said of this account.
  login text not null check (login <> ''),
  proof text not null check (proof in ('oauth_web', 'oauth_device', 'attested')),
  bound_by text not null check (bound_by <> ''),
  bound_at timestamptz not null,
  unbound_by text check (unbound_by <> ''),
  unbound_at timestamptz,
  -- What was done in it is the member's: from when somebody else's ended to when this one did. Empty: the account never was the member's.
  span tstzrange not null,
  changed_in xid8 not null default pg_current_xact_id(),
  primary key (institution_id, binding_id),
  foreign key (institution_id, member_id) references members,
  check ((unbound_at is null) = (unbound_by is null)),
  check (isempty(span) or upper(span) is not distinct from unbound_at),
  check (not isempty(span) or unbound_at is not null)
);
-- One account, one person; a second institution knows nothing of it.
create unique index bindings_one_holder on bindings (institution_id, github_id) where unbound_at is null;
create index bindings_account on bindings (institution_id, github_id);
create index bindings_member on bindings (institution_id, member_id);
create index bindings_changed_in on bindings (institution_id, changed_in);
create trigger note_change before update on bindings
  for each row when (old.* is distinct from new.*) execute function note_change();

create table account_changes (
  institution_id uuid not null references institutions,
  account_change_id uuid not null,
  member_id uuid not null,
  kind text not null check (kind in ('add', 'replace', 'unbind')),
  -- Which one ends.
  binding_id uuid,
  -- Which one comes: as it was named, and what GitHub said that this is.
  login text check (login <> ''),
  github_id bigint,
  -- The account that ends never was the member's: what was done with it is not the member's either.
  mistaken boolean not null,
  reason text not null check (reason <> ''),
  requested_by text not null check (requested_by <> ''),
  -- The human, to tell two from one. NULL: the program.
  requested_person text check (requested_person <> ''),
  requested_name text not null check (requested_name <> ''),
  requested_at timestamptz not null,
  -- Before that nothing happens, whoever confirms it.
  effective_from timestamptz not null,
  confirmed_by text check (confirmed_by <> ''),
  confirmed_person text check (confirmed_person <> requested_person),
  confirmed_name text check (confirmed_name <> ''),
  confirmed_reason text check (confirmed_reason <> ''),
  confirmed_at timestamptz,
  -- How it ended, and who ended it.
  outcome text check (outcome in ('done', 'rejected', 'withdrawn', 'superseded', 'unneeded', 'not_found', 'taken')),
  closed_by text check (closed_by <> ''),
  closed_name text check (closed_name <> ''),
  closed_person text check (closed_person <> ''),
  closed_reason text check (closed_reason <> ''),
  closed_at timestamptz,
  primary key (institution_id, account_change_id),
  foreign key (institution_id, member_id) references members,
  foreign key (institution_id, binding_id) references bindings,
  check ((kind = 'add') = (binding_id is null)),
  check ((kind = 'unbind') = (login is null)),
  check (not mistaken or kind = 'unbind'),
  check (num_nonnulls(confirmed_by, confirmed_person, confirmed_name, confirmed_at) in (0, 4)),
  check (num_nonnulls(outcome, closed_by, closed_name, closed_at) in (0, 4)),
  -- Nothing takes effect on one person's word, nor early.
  check (outcome is distinct from 'done' or (confirmed_at is not null and closed_at >= effective_from))
);
create unique index account_changes_one_open on account_changes (institution_id, member_id) where closed_at is null;
create index account_changes_member on account_changes (institution_id, member_id);

-- Who named a member's login: whose word the binding to its account rests on.
alter table members add column login_named_by text;

-- What was linked goes over. A link ended when the member came to another account, when the account came to somebody else, or when the login was
-- taken away; of those who are linked the last one stands. The walls bind us too, and we come in nobody's name: for the length of this they
-- stand open to the owner.
alter table members no force row level security;
alter table account_links no force row level security;
with told as (
  select institution_id, member_id, github_id, linked_at from account_links
  union all
  select institution_id, member_id, github_id, updated_at from members m where github_id is not null and not exists (
    select from account_links l where l.institution_id = m.institution_id and l.member_id = m.member_id and l.github_id = m.github_id)
), links as (
  -- The same account again is the same binding still.
  select * from (
    select t.*, lag(github_id) over (partition by institution_id, member_id order by linked_at, github_id) as before from told t
  ) as every where before is distinct from github_id
), ends as (
  select l.institution_id, l.member_id, l.github_id, l.linked_at, m.github_login,
    least(
      lead(l.linked_at) over (partition by l.institution_id, l.member_id order by l.linked_at, l.github_id),
      (select min(o.linked_at) from links o where o.institution_id = l.institution_id and o.github_id = l.github_id
         and o.member_id <> l.member_id and (o.linked_at, o.member_id) > (l.linked_at, l.member_id)),
      case when m.github_id is distinct from l.github_id then greatest(m.updated_at, l.linked_at) end
    ) as ended_at
  from links l join members m on m.institution_id = l.institution_id and m.member_id = l.member_id
)
insert into bindings (institution_id, binding_id, member_id, github_id, login, proof, bound_by, bound_at, unbound_by, unbound_at, span)
select e.institution_id, gen_random_uuid(), e.member_id, e.github_id,
  coalesce(case when e.ended_at is null then e.github_login end, a.login, e.github_id::text),
  'attested', 'program', e.linked_at, case when e.ended_at is not null then 'program' end, e.ended_at,
  tstzrange((select max(o.ended_at) from ends o where o.institution_id = e.institution_id and o.github_id = e.github_id
    and o.ended_at <= e.linked_at), e.ended_at)
from ends e left join accounts a on a.github_id = e.github_id;
alter table members force row level security;

-- One truth: no release has read these.
drop table account_links;
alter table members
  drop constraint members_check,
  drop column github_id,
  -- A bound account needs no login that anybody named.
  add constraint members_login_has_a_state check (github_login is null or account_state <> 'none');

do $$
declare tenant_table text;
begin
  foreach tenant_table in array array['bindings', 'account_changes']
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy own_institution on %I using (institution_id = current_institution())
      with check (institution_id = current_institution())', tenant_table);
    -- Both are kept for good, and go with a person who is erased.
    execute format('create policy erased_alone on %1$I as restrictive for delete using (exists (
      select from members m where m.institution_id = %1$I.institution_id and m.member_id = %1$I.member_id and m.erased_at is not null))',
      tenant_table);
  end loop;
end $$;

-- Whose it was said to be, and when, stays as it was said.
revoke update on bindings, account_changes from accredit_app;
grant update (login, unbound_by, unbound_at, span) on bindings to accredit_app;
grant update (github_id, confirmed_by, confirmed_person, confirmed_name, confirmed_reason, confirmed_at, outcome, closed_by, closed_person,
  closed_name, closed_reason, closed_at, requested_name) on account_changes to accredit_app;
