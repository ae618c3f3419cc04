-- The keys that sign checkpoints of the log, and what the erasure of a person may change. docs/DATA_MODEL.md explains both.

-- A new one takes the place of the one before; what that signed still holds.
create table audit_keys (
  institution_id uuid not null references institutions,
  audit_key_id uuid not null,
  public_key bytea not null check (octet_length(public_key) = 32),
  -- The private part, sealed with the key of the setting secrets.key.
  sealed bytea not null,
  created_at timestamptz not null,
  primary key (institution_id, audit_key_id)
);
alter table audit_keys enable row level security;
alter table audit_keys force row level security;
create policy own_institution on audit_keys using (institution_id = current_institution()) with check (institution_id = current_institution());
revoke update, delete on audit_keys from accredit_app;

-- Set: the person was erased. What is left of the row says nothing of anybody.
alter table members add column erased_at timestamptz;
alter table members add constraint members_erased_are_removed check (erased_at is null or removed_at is not null);

-- What was only appended to stays so, but for what it says of a person who was erased: these columns and rows, and no others.
grant update (reason, on_behalf_of) on statements to accredit_app;
grant update (account_id, github_login, sheet, lines, flags, unmet) on scores to accredit_app;
grant delete on account_links to accredit_app;

do $$
declare
  wall record;
begin
  for wall in select * from (values ('statements', 'update'), ('scores', 'update'), ('account_links', 'delete'), ('audit_details', 'delete'))
    as walls (of_table, act)
  loop
    execute format('create policy erased_alone on %1$I as restrictive for %2$s using (exists (
      select from members m where m.institution_id = %1$I.institution_id and m.member_id = %1$I.member_id and m.erased_at is not null))',
      wall.of_table, wall.act);
  end loop;
end $$;
