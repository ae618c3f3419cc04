-- What changed since when, so that only the people whom a change touches are scored anew; and evaluations that rest on earlier ones.
-- docs/DATA_MODEL.md explains how it works.

-- ---------------------------------------------------------------- which transaction wrote a row last

-- A transaction's number, and not a time: whether a reader had seen it is a fact (pg_visible_in_snapshot), whatever the clocks say and
-- however long a writer took to commit.
alter table contributions add column changed_in xid8 not null default pg_current_xact_id();
alter table members add column changed_in xid8 not null default pg_current_xact_id();
alter table repositories add column changed_in xid8 not null default pg_current_xact_id();
alter table tracked_repositories add column changed_in xid8 not null default pg_current_xact_id();
alter table tracked_repository_members add column changed_in xid8 not null default pg_current_xact_id();

create index contributions_changed_in on contributions (changed_in);
create index members_changed_in on members (institution_id, changed_in);
-- Whose a contribution is: of those who left, too.
create index members_account on members (institution_id, github_id) where github_id is not null;

create function note_change() returns trigger language plpgsql as $$
begin
  new.changed_in := pg_current_xact_id();
  return new;
end $$;

create trigger note_change before update on contributions
  for each row when (old.* is distinct from new.*) execute function note_change();
create trigger note_change before update on members
  for each row when (old.* is distinct from new.*) execute function note_change();
create trigger note_change before update on tracked_repositories
  for each row when (old.* is distinct from new.*) execute function note_change();
-- Every fetch moves a repository's watermark; only what scoring reads of it counts as a change.
create trigger note_change before update on repositories
  for each row when ((old.full_name, old.owner_account_id, old.license, old.github_created_at)
    is distinct from (new.full_name, new.owner_account_id, new.license, new.github_created_at))
  execute function note_change();

-- Statements are appended and never changed: the default is all that they need.
alter table statements add column changed_in xid8 not null default pg_current_xact_id();
create index statements_changed_in on statements (institution_id, changed_in);

-- Whose a contribution was before a change that took it from them, or what it said of other contributions.
create table former_contributions (
  repository_id uuid not null references repositories,
  kind text not null,
  github_id text not null,
  changed_in xid8 not null default pg_current_xact_id(),
  account_id bigint,
  primary key (repository_id, kind, github_id, changed_in)
);
create index former_contributions_changed_in on former_contributions (changed_in);

create function note_former_contribution() returns trigger language plpgsql as $$
begin
  insert into former_contributions (repository_id, kind, github_id, account_id)
  values (old.repository_id, old.kind, old.github_id, old.account_id)
  on conflict do nothing; -- within one transaction only what was there before it counts
  return null;
end $$;

create trigger note_former_contribution after update on contributions
  for each row when ((old.account_id, old.number, old.title, old.change -> 'reverts', old.change -> 'reverts_commit', old.change -> 'fingerprint')
    is distinct from (new.account_id, new.number, new.title, new.change -> 'reverts', new.change -> 'reverts_commit', new.change -> 'fingerprint'))
  execute function note_former_contribution();

-- Repositories of whose registration something was deleted: that they are tracked at all, or whose they are.
create table registration_losses (
  institution_id uuid not null references institutions,
  repository_id uuid not null references repositories,
  changed_in xid8 not null default pg_current_xact_id(),
  -- When the repository was first registered: it counts from then on should it be registered anew. NULL: only an owner was lost.
  registered_at timestamptz,
  primary key (institution_id, repository_id)
);
alter table registration_losses enable row level security;
alter table registration_losses force row level security;
create policy own_institution on registration_losses using (institution_id = current_institution())
  with check (institution_id = current_institution());

create function note_registration_loss() returns trigger language plpgsql as $$
begin
  insert into registration_losses (institution_id, repository_id) values (old.institution_id, old.repository_id)
  on conflict (institution_id, repository_id) do update set changed_in = excluded.changed_in;
  return null;
end $$;

create function note_lost_registration() returns trigger language plpgsql as $$
begin
  insert into registration_losses (institution_id, repository_id, registered_at)
  values (old.institution_id, old.repository_id, old.created_at)
  on conflict (institution_id, repository_id) do update
    set changed_in = excluded.changed_in, registered_at = least(registration_losses.registered_at, excluded.registered_at);
  return null;
end $$;

create trigger note_registration_loss after delete on tracked_repositories
  for each row execute function note_lost_registration();
create trigger note_registration_loss after delete on tracked_repository_members
  for each row execute function note_registration_loss();

-- ---------------------------------------------------------------- evaluations that rest on earlier ones

alter table evaluations
  -- Those it rests on, the newest first: whoever has no row of its own has the newest of theirs. Empty: it scored everybody.
  add column bases uuid[] not null default '{}',
  -- When a person asked for it; one that the program made by itself has that of the one it follows. NULL: `requested_at`.
  add column asked_at timestamptz,
  -- What it saw, and on which server: numbers of transactions mean nothing on another one. NULL: nothing can rest on it.
  add column snapshot pg_snapshot,
  add column server bigint,
  -- The evaluations of earlier terms from which carried points and credits were taken.
  add column prior uuid[] not null default '{}',
  -- The reverts and copies that it knew of. NULL: it is from before they were kept.
  add column traces jsonb,
  -- When everybody was last scored anew and compared with it, and who differed.
  add column checked_at timestamptz,
  add column differs uuid[] not null default '{}';

-- How many people from outside had contributed to the repository, as far as the policy asked. NULL: it did not.
alter table evaluation_coverage add column outside_contributors bigint;

alter table scores
  -- All lines: JSON in one zlib stream; of no lines, no bytes. Rows from before have them in `lines`.
  add column sheet bytea,
  alter column lines drop not null,
  add constraint scores_lines_are_once check (num_nonnulls(sheet, lines) = 1),
  -- It is compressed already.
  alter column sheet set storage external,
  add column carried bigint not null default 0,
  add column flags jsonb not null default '[]',
  add column unmet jsonb not null default '[]',
  -- How many flags there are, on the member and on the lines: a list needs the number and not the lines.
  add column flagged integer not null default 0,
  -- SHA-256 of all that was found. NULL: a row from before there were digests.
  add column digest bytea check (octet_length(digest) = 32),
  -- When the result changes by the passing of time alone, should nothing else happen.
  add column recheck_at timestamptz,
  -- The member has left the register or the policy's audience: the rows of earlier evaluations below this one do not count any more.
  add column left_out boolean not null default false;

create index scores_recheck on scores (institution_id, evaluation_id, recheck_at) where recheck_at is not null;

-- The result of an evaluation: of each member the newest row of it and of those it rests on.
create function scores_of(institution uuid, evaluation uuid) returns setof scores language sql stable parallel safe as $$
  select s.*
  from evaluations e
  cross join lateral unnest(e.evaluation_id || e.bases) with ordinality as link (evaluation_id, place)
  join scores s on s.institution_id = e.institution_id and s.evaluation_id = link.evaluation_id
  where e.institution_id = institution and e.evaluation_id = evaluation and not s.left_out
    and not (link.place > 1 and exists (
      select from scores newer where newer.institution_id = e.institution_id and newer.member_id = s.member_id
        and newer.evaluation_id = any ((e.evaluation_id || e.bases)[1:link.place::int - 1])))
$$;

revoke update, delete on former_contributions from accredit_app;
revoke delete on registration_losses from accredit_app;

-- What was adopted and what was found stays as it was: another text is another policy, and another result another evaluation.
revoke update on policies from accredit_app;
revoke update, delete on scores, evaluation_coverage from accredit_app;
