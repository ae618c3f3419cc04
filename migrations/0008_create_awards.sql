-- What was proposed for whom, what people decided on it, appeals against it, and the days on which nobody works. docs/DATA_MODEL.md explains
-- the columns. All save the holidays are decisions: appended, and neither changed nor deleted.

create table awards (
  institution_id uuid not null references institutions,
  award_id uuid not null,
  term_id uuid not null,
  member_id uuid not null,
  policy_name text not null check (policy_name <> ''),
  -- From 1 on: each follows the one before it in the same chain (term, policy, member), so a chain cannot fork.
  generation integer not null check (generation > 0),
  supersedes uuid,
  evaluation_id uuid not null,
  evaluated_at timestamptz not null,
  policy_id uuid not null,
  policy_hash text not null check (policy_hash <> ''),
  points bigint not null,
  credits numeric not null check (credits >= 0),
  flagged integer not null check (flagged >= 0),
  unmet integer not null check (unmet >= 0),
  complete_until timestamptz,
  complete boolean not null,
  notice_days integer check (notice_days >= 0),
  appeal_days integer check (appeal_days >= 0),
  appeal_days_are text not null check (appeal_days_are in ('calendar', 'working')),
  confirmed_by text[] not null,
  recorded_as text,
  proposed_by text not null check (proposed_by <> ''),
  proposed_at timestamptz not null,
  primary key (institution_id, award_id),
  unique (institution_id, term_id, policy_name, member_id, generation),
  foreign key (institution_id, term_id) references terms,
  foreign key (institution_id, member_id) references members,
  foreign key (institution_id, evaluation_id) references evaluations,
  foreign key (institution_id, policy_id) references policies,
  foreign key (institution_id, supersedes) references awards,
  check ((generation = 1) = (supersedes is null))
);
create index awards_member on awards (institution_id, member_id);
create index awards_evaluation on awards (institution_id, evaluation_id);

create table award_decisions (
  institution_id uuid not null references institutions,
  award_id uuid not null,
  sequence integer not null check (sequence > 0),
  decision text not null check (decision in ('approve', 'confirm', 'reject', 'send_back', 'revoke')),
  reason text check (reason <> ''),
  decided_by text not null check (decided_by <> ''),
  -- The human who decided, to tell two from one. No credit without a person: it is never absent.
  person text not null check (person <> ''),
  person_name text not null check (person_name <> ''),
  -- Of an approval: these and not those that were proposed. A second person confirms them.
  credits numeric check (credits >= 0 and credits <= 1000),
  -- Set by the decision with which an award is approved: it was announced so, and later holidays do not move it.
  notice_until timestamptz,
  appeal_until timestamptz,
  decided_at timestamptz not null,
  primary key (institution_id, award_id, sequence),
  foreign key (institution_id, award_id) references awards,
  check (credits is null or decision = 'approve'),
  check (notice_until is null or decision in ('approve', 'confirm')),
  check (appeal_until is null or notice_until is not null),
  check (decision = 'approve' or reason is not null)
);

create table holidays (
  institution_id uuid not null references institutions,
  day date not null,
  -- True: a Saturday or Sunday on which people work.
  working boolean not null,
  name text check (name <> ''),
  primary key (institution_id, day)
);

create table appeals (
  institution_id uuid not null references institutions,
  appeal_id uuid not null,
  award_id uuid not null,
  -- The line that it is about. Null: the whole award.
  contribution_url text check (contribution_url <> ''),
  reason text not null check (reason <> ''),
  filed_by text not null check (filed_by <> ''),
  on_behalf_of text check (on_behalf_of <> ''),
  filed_at timestamptz not null,
  primary key (institution_id, appeal_id),
  foreign key (institution_id, award_id) references awards
);
create index appeals_award on appeals (institution_id, award_id);

create table appeal_decisions (
  institution_id uuid not null references institutions,
  appeal_id uuid not null,
  decision text not null check (decision in ('grant', 'dismiss')),
  reason text not null check (reason <> ''),
  decided_by text not null check (decided_by <> ''),
  person text not null check (person <> ''),
  person_name text not null check (person_name <> ''),
  -- Of a grant: the award that was proposed in the place of the one that was appealed against.
  proposed_award_id uuid,
  decided_at timestamptz not null,
  primary key (institution_id, appeal_id),
  foreign key (institution_id, appeal_id) references appeals,
  foreign key (institution_id, proposed_award_id) references awards,
  check ((decision = 'grant') = (proposed_award_id is not null))
);

do $$
declare tenant_table text;
begin
  foreach tenant_table in array array['awards', 'award_decisions', 'holidays', 'appeals', 'appeal_decisions']
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy own_institution on %I using (institution_id = current_institution())
      with check (institution_id = current_institution())', tenant_table);
  end loop;
end $$;

revoke update, delete on awards, award_decisions, appeals, appeal_decisions from accredit_app;
