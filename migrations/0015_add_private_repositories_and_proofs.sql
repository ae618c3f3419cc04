-- Repositories that one institution alone may see, and proofs of GitHub accounts under way. docs/DATA_MODEL.md explains the columns.

-- ---------------------------------------------------------------- whose a repository's facts are

alter table repositories
  -- The one institution whose row it is. NULL: shared by all who track it.
  add column only_for uuid references institutions,
  -- What GitHub last said; that it was public of all that was fetched before.
  add column is_private boolean not null default false;

-- GitHub's number has one row that is shared, one for an institution, and one that is private, whosever that is.
alter table repositories drop constraint repositories_github_id_key;
create unique index repositories_shared on repositories (github_id) where only_for is null;
create unique index repositories_own on repositories (only_for, github_id);
create unique index repositories_private on repositories (github_id) where is_private and only_for is not null;

-- What nobody has fetched is each institution's own: two who wait for one name have two rows.
drop index repositories_unfetched_name;
create unique index repositories_unfetched_name on repositories (only_for, lower(full_name)) where github_id is null;

-- The second lock: nobody tracks what another alone may see, nor what went private under everybody's eyes. All that is read of a repository's
-- facts in an institution's name goes through this table, so the facts need no policy of their own, which a million rows would pay for.
create policy may_be_seen on tracked_repositories as restrictive for insert with check (exists (
  select from repositories r where r.repository_id = tracked_repositories.repository_id
    and (r.only_for = tracked_repositories.institution_id or (r.only_for is null and not r.is_private))));

-- ---------------------------------------------------------------- proofs of GitHub accounts under way

-- By the web: what GitHub's answer is checked with is made from a secret in the browser's cookie.
create table account_proof_attempts (
  institution_id uuid not null references institutions,
  state_hash bytea not null check (octet_length(state_hash) = 32),
  browser_hash bytea not null check (octet_length(browser_hash) = 32),
  -- Whose account it is to be.
  member_id uuid not null,
  return_to text not null,
  expires_at timestamptz not null,
  primary key (institution_id, state_hash),
  foreign key (institution_id, member_id) references members
);
create index account_proof_attempts_member on account_proof_attempts (institution_id, member_id);

-- By a code that somebody enters on another device.
create table account_proofs (
  institution_id uuid not null references institutions,
  account_proof_id uuid not null,
  member_id uuid not null,
  state text not null check (state in ('waiting', 'done', 'denied', 'expired', 'failed')),
  -- What GitHub is asked with, sealed with the key of the setting secrets.key.
  sealed_code bytea,
  user_code text not null check (user_code <> ''),
  verification_uri text not null check (verification_uri <> ''),
  interval_seconds integer not null check (interval_seconds > 0),
  -- Whoever moves it on has the one question to GitHub until then.
  check_at timestamptz not null,
  github_login text,
  failure text check (failure in ('taken', 'not_a_person', 'not_told', 'refused')),
  begun_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (institution_id, account_proof_id),
  foreign key (institution_id, member_id) references members,
  check ((sealed_code is not null) = (state = 'waiting')),
  check ((failure is not null) = (state = 'failed')),
  check (github_login is not null or state <> 'done')
);
create unique index account_proofs_waiting on account_proofs (institution_id, member_id) where state = 'waiting';
create index account_proofs_member on account_proofs (institution_id, member_id);

do $$
declare tenant_table text;
begin
  foreach tenant_table in array array['account_proof_attempts', 'account_proofs']
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy own_institution on %I using (institution_id = current_institution())
      with check (institution_id = current_institution())', tenant_table);
  end loop;
end $$;
