-- Network scores of each institution's own network, month by month: docs/SCORING.md says what they are, docs/DATA_MODEL.md what the
-- columns mean. Values are billionths. Derived: any of it can be computed again from contributions.

create table network_months (
  institution_id uuid not null references institutions,
  month date not null check (extract(day from month) = 1),
  digest bytea not null check (octet_length(digest) = 32),
  background bigint not null check (background >= 0),
  primary key (institution_id, month)
);

-- Every account of the network, members or not: the next month begins with their ranks. The rows of a month come by the ten thousand and
-- go with it, so no foreign key checks each of them.
create table network_scores (
  institution_id uuid not null,
  month date not null,
  account_id bigint not null,
  openrank bigint not null check (openrank >= 0),
  activity bigint not null check (activity >= 0),
  primary key (institution_id, month, account_id)
);

create table network_repositories (
  institution_id uuid not null,
  month date not null,
  repository_id uuid not null,
  openrank bigint not null check (openrank >= 0),
  primary key (institution_id, month, repository_id)
);

do $$
declare tenant_table text;
begin
  foreach tenant_table in array array['network_months', 'network_scores', 'network_repositories']
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy own_institution on %I using (institution_id = current_institution())
      with check (institution_id = current_institution())', tenant_table);
  end loop;
end $$;
