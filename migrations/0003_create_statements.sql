-- What people state about members' work, which policy holds in a term from when, and which accounts a member was linked to.
-- docs/DATA_MODEL.md explains the columns. All three are only appended to: the application can neither change a row nor delete it.

create table statements (
  institution_id uuid not null references institutions,
  statement_id uuid not null,
  member_id uuid not null,
  kind text not null check (kind in ('mark', 'confirmation', 'time_log', 'share', 'adjustment', 'role', 'achievement', 'exclusion',
    'declaration', 'credited', 'withdrawal')),
  -- A policy's word; of credits, the name of a policy.
  name text check (name ~ '^[a-z][a-z0-9_-]{0,39}$' or kind = 'credited'),
  value numeric check (value = round(value, 3) and abs(value) <= 1000000),
  rank smallint,
  team smallint check (team between 1 and 20),
  about_repository_id uuid references repositories,
  about_kind text,
  about_github_id text,
  about_statement_id uuid,
  happened_on date not null,
  until_on date,
  stated_by text not null check (stated_by <> ''),
  on_behalf_of text check (on_behalf_of <> ''),
  stated_at timestamptz not null,
  reason text not null check (reason <> ''),
  primary key (institution_id, statement_id),
  foreign key (institution_id, member_id) references members,
  foreign key (institution_id, about_statement_id) references statements,
  check ((rank is null) = (team is null)),
  check (rank between 1 and team),
  check (until_on >= happened_on),
  -- About a contribution (its key), a repository, a statement, or nothing.
  check ((about_kind is null) = (about_github_id is null)),
  check (about_kind is null or about_repository_id is not null),
  check (about_statement_id is null or about_repository_id is null),
  check (kind <> 'withdrawal' or about_statement_id is not null)
);
create index statements_member on statements (institution_id, member_id);
create index statements_share on statements (institution_id, about_repository_id, about_kind, about_github_id) where kind = 'share';
create unique index statements_withdrawn_once on statements (institution_id, about_statement_id) where kind = 'withdrawal';

create table term_policies (
  institution_id uuid not null references institutions,
  term_policy_id uuid not null,
  term_id uuid not null,
  audience text not null check (audience in ('students', 'faculty', 'everyone')),
  policy_id uuid not null,
  adopted_from date not null,
  adopted_by text not null check (adopted_by <> ''),
  adopted_at timestamptz not null,
  primary key (institution_id, term_policy_id),
  foreign key (institution_id, term_id) references terms,
  foreign key (institution_id, policy_id) references policies
);
create index term_policies_term on term_policies (institution_id, term_id);

create table account_links (
  institution_id uuid not null references institutions,
  member_id uuid not null,
  github_id bigint not null,
  linked_at timestamptz not null,
  primary key (institution_id, member_id, linked_at, github_id),
  foreign key (institution_id, member_id) references members
);
-- Whose an account was before.
create index account_links_account on account_links (institution_id, github_id);

-- The links that are there already, as far as their time is known. The wall binds us too, and we come in nobody's name: for the length of
-- this statement it stands open to the owner.
alter table members no force row level security;
insert into account_links (institution_id, member_id, github_id, linked_at)
  select institution_id, member_id, github_id, updated_at from members where github_id is not null;
alter table members force row level security;

do $$
declare tenant_table text;
begin
  foreach tenant_table in array array['statements', 'term_policies', 'account_links']
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy own_institution on %I using (institution_id = current_institution())
      with check (institution_id = current_institution())', tenant_table);
  end loop;
end $$;

revoke update, delete on statements, term_policies, account_links from accredit_app;
