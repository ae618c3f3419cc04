-- What fairness asks of a contribution: what it belongs to, what a pull request brings, and whether GitHub still shows it.
-- docs/DATA_MODEL.md explains the columns. Rows from before have none of it until they are fetched again: absent, not false.

alter table contributions
  add column parent_accepted boolean,
  add column parent_opened_at timestamptz,
  add column parent_lines bigint check (parent_lines >= 0),
  add column change jsonb,
  add column gone_at timestamptz;

create index contributions_fingerprint on contributions (((change ->> 'fingerprint')::bigint)) where change ? 'fingerprint';
create index contributions_reverts on contributions (repository_id)
  where kind = 'pull_request' and (change ? 'reverts' or change ? 'reverts_commit');
create index contributions_reverting_commits on contributions (repository_id)
  where kind = 'commit' and number is null and title like 'Revert "%';
