-- The first tables, in the order in which data flows: institutions, their registers, facts from GitHub, evaluations.
-- docs/DATA_MODEL.md explains them. Whoever runs this owns everything; `accredit_app`, which the application becomes on every
-- connection, owns nothing and sees an institution's rows only where `accredit.institution` names it.

do $$ begin
  create role accredit_app nologin;
exception when duplicate_object or unique_violation then null;
end $$;
-- From Postgres 16 on, whoever makes a role is its member without the right to become it.
do $$ begin
  if not pg_has_role(current_user, 'accredit_app',
    case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end)
  then
    execute format('grant accredit_app to %I', current_user);
  end if;
end $$;

create function current_institution() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('accredit.institution', true), '')::uuid $$;

-- ---------------------------------------------------------------- institutions and their registers

create table institutions (
  institution_id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null check (name <> ''),
  timezone text not null,
  created_at timestamptz not null
);

create table api_keys (
  institution_id uuid not null references institutions,
  api_key_id uuid not null,
  role text not null check (role in ('admin', 'staff', 'reader')),
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  created_at timestamptz not null,
  revoked_at timestamptz,
  primary key (institution_id, api_key_id),
  unique (institution_id, secret_hash)
);

create table idempotency_keys (
  institution_id uuid not null references institutions,
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  request_hash bytea not null,
  status smallint,
  headers jsonb,
  body bytea,
  created_at timestamptz not null,
  primary key (institution_id, idempotency_key)
);

create table members (
  institution_id uuid not null references institutions,
  member_id uuid not null,
  number text not null check (number <> ''),
  name text not null check (name <> ''),
  role text not null check (role in ('student', 'faculty')),
  unit text,
  github_login text,
  github_id bigint,
  account_state text not null check (account_state in ('none', 'pending', 'linked', 'not_found', 'taken')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  removed_at timestamptz,
  primary key (institution_id, member_id),
  check ((github_login is null) = (account_state = 'none')),
  check ((github_id is not null) = (account_state = 'linked'))
);
create unique index members_number on members (institution_id, number) where removed_at is null;
create unique index members_github_login on members (institution_id, lower(github_login)) where removed_at is null;
create unique index members_github_id on members (institution_id, github_id) where removed_at is null;

create table terms (
  institution_id uuid not null references institutions,
  term_id uuid not null,
  code text not null check (code <> ''),
  name text not null check (name <> ''),
  starts_on date not null,
  ends_on date not null,
  created_at timestamptz not null,
  primary key (institution_id, term_id),
  unique (institution_id, code),
  check (starts_on <= ends_on)
);

create table policies (
  institution_id uuid not null references institutions,
  policy_id uuid not null,
  name text not null,
  version text not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  source text not null,
  created_at timestamptz not null,
  primary key (institution_id, policy_id),
  unique (institution_id, hash),
  unique (institution_id, name, version)
);

-- ---------------------------------------------------------------- facts from GitHub, shared by all who track the repository

create table accounts (
  github_id bigint primary key,
  login text not null,
  kind text not null check (kind in ('user', 'bot', 'organization', 'mannequin', 'enterprise_user')),
  seen_at timestamptz not null
);

create table repositories (
  repository_id uuid primary key,
  github_id bigint unique,
  full_name text not null,
  owner_account_id bigint,
  is_fork boolean,
  is_archived boolean,
  license text,
  default_branch text,
  head text,
  github_created_at timestamptz,
  state text not null check (state in ('pending', 'ready', 'failed')),
  synced_until timestamptz,
  last_error text,
  facts_hash bytea,
  evidence bytea,
  created_at timestamptz not null
);
-- A name can pass to another repository, so it is a key only as long as GitHub has not said whose it is.
create unique index repositories_unfetched_name on repositories (lower(full_name)) where github_id is null;
create index repositories_full_name on repositories (lower(full_name));

create table contributions (
  repository_id uuid not null references repositories,
  kind text not null check (kind in ('pull_request', 'review', 'review_comment', 'issue', 'issue_comment', 'commit', 'release',
    'discussion', 'discussion_comment')),
  github_id text not null,
  account_id bigint,
  by_bot boolean not null,
  state text not null check (state in ('open', 'closed', 'merged', 'commented', 'approved', 'changes_requested', 'dismissed',
    'completed', 'not_planned', 'duplicate', 'published', 'prerelease')),
  occurred_at timestamptz not null,
  closed_at timestamptz,
  parent_account_id bigint,
  confirmed_by bigint[],
  labels text[],
  effective_lines bigint check (effective_lines >= 0),
  total_lines bigint check (total_lines >= 0),
  changed_files bigint check (changed_files >= 0),
  url text not null,
  number bigint,
  title text,
  co_authors bigint[],
  primary key (repository_id, kind, github_id)
);
create index contributions_account on contributions (account_id, occurred_at);

-- Apart from contributions, which scoring reads from end to end and which must stay narrow.
create table evidence (
  repository_id uuid not null references repositories,
  kind text not null,
  github_id text not null,
  content_hash bytea not null check (octet_length(content_hash) = 32),
  body bytea not null,
  fetched_at timestamptz not null,
  primary key (repository_id, kind, github_id)
);

create table syncs (
  repository_id uuid not null references repositories,
  sync_id uuid not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed')),
  attempt integer not null default 0,
  fetched bigint not null default 0,
  total bigint,
  requests bigint not null default 0,
  written bigint not null default 0,
  error text,
  requested_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (repository_id, sync_id)
);
create unique index syncs_one_at_a_time on syncs (repository_id) where state in ('queued', 'running');

-- ---------------------------------------------------------------- what an institution tracks

create table tracked_repositories (
  institution_id uuid not null references institutions,
  repository_id uuid not null references repositories,
  category text not null check (category ~ '^[a-z][a-z0-9_-]{0,39}$'),
  created_at timestamptz not null,
  primary key (institution_id, repository_id)
);

create table tracked_repository_members (
  institution_id uuid not null references institutions,
  repository_id uuid not null,
  member_id uuid not null,
  primary key (institution_id, repository_id, member_id),
  foreign key (institution_id, repository_id) references tracked_repositories on delete cascade,
  foreign key (institution_id, member_id) references members
);

-- ---------------------------------------------------------------- derived: can be rebuilt from contributions and a policy

create table evaluations (
  institution_id uuid not null references institutions,
  evaluation_id uuid not null,
  term_id uuid not null,
  policy_id uuid not null,
  policy_hash text not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed')),
  error text,
  requested_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (institution_id, evaluation_id),
  foreign key (institution_id, term_id) references terms,
  foreign key (institution_id, policy_id) references policies
);

-- Up to when each repository had been fetched as the evaluation read it.
create table evaluation_coverage (
  institution_id uuid not null,
  evaluation_id uuid not null,
  repository_id uuid not null references repositories,
  synced_until timestamptz,
  primary key (institution_id, evaluation_id, repository_id),
  foreign key (institution_id, evaluation_id) references evaluations on delete cascade
);

-- A member whose account is not known has no points and no credits: that is not zero.
-- No foreign keys: scores come by the ten thousand from members read in the same transaction, and neither members nor evaluations can
-- be deleted (see the rights below).
create table scores (
  institution_id uuid not null,
  evaluation_id uuid not null,
  member_id uuid not null,
  account_id bigint,
  github_login text,
  points bigint,
  credits numeric,
  credits_reason text,
  contributions bigint not null,
  state text not null check (state in ('proposed', 'no_account')),
  lines jsonb not null,
  primary key (institution_id, evaluation_id, member_id),
  check ((points is null) = (state = 'no_account')),
  check ((credits is null) = (state = 'no_account')),
  check ((account_id is null) = (state = 'no_account'))
);

-- ---------------------------------------------------------------- the walls between institutions

do $$
declare tenant_table text;
begin
  foreach tenant_table in array array['institutions', 'api_keys', 'idempotency_keys', 'members', 'terms', 'policies',
    'tracked_repositories', 'tracked_repository_members', 'evaluations', 'evaluation_coverage', 'scores']
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy own_institution on %I using (institution_id = current_institution())
      with check (institution_id = current_institution())', tenant_table);
  end loop;
end $$;

-- The operator's commands find institutions by slug and list them; nothing else of an institution is visible that way.
create policy operator_directory on institutions for select using (nullif(current_setting('accredit.operator', true), '') = 'on');

grant usage on schema public to accredit_app;
grant select, insert, update, delete on all tables in schema public to accredit_app;
-- What results point at stays: a member who leaves is marked, a policy or a term is never taken back.
revoke delete on institutions, members, terms, policies, evaluations from accredit_app;
alter default privileges in schema public grant select, insert, update, delete on tables to accredit_app;
