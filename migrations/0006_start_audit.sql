-- Who acts, and the chained log of what was done. docs/DATA_MODEL.md explains the columns.

alter table api_keys
  drop constraint api_keys_role_check,
  add constraint api_keys_role_check check (role in ('admin', 'staff', 'reviewer', 'reader', 'student')),
  -- Who answers for what is done with the key. Those from before were made by the operator, who answers until somebody says otherwise.
  add column holder text not null default 'operator' check (holder <> ''),
  -- Who of the register that is: a student's key shows this member alone, and nobody decides on oneself.
  add column member_id uuid,
  add constraint api_keys_member foreign key (institution_id, member_id) references members,
  add constraint api_keys_student_is_a_member check (role <> 'student' or member_id is not null);

create table audit_entries (
  institution_id uuid not null references institutions,
  sequence bigint not null check (sequence > 0),
  -- The entry as it was hashed, byte for byte: JSON, but never parsed and written again.
  entry text not null,
  -- SHA-256 of the hash before it and of the entry.
  hash bytea not null check (octet_length(hash) = 32),
  primary key (institution_id, sequence)
);

-- What an entry says of persons. The chain holds only its SHA-256 with a salt, so it can be erased and the chain still holds.
create table audit_details (
  institution_id uuid not null,
  sequence bigint not null,
  -- Whose it is, where it is a member's: goes with the person.
  member_id uuid,
  salt bytea not null check (octet_length(salt) = 32),
  details text not null,
  primary key (institution_id, sequence),
  foreign key (institution_id, sequence) references audit_entries,
  foreign key (institution_id, member_id) references members
);
create index audit_details_member on audit_details (institution_id, member_id);

do $$
declare tenant_table text;
begin
  foreach tenant_table in array array['audit_entries', 'audit_details']
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy own_institution on %I using (institution_id = current_institution())
      with check (institution_id = current_institution())', tenant_table);
  end loop;
end $$;

-- The log is only appended to; of the details a row can be erased and none changed.
revoke update, delete on audit_entries from accredit_app;
revoke update on audit_details from accredit_app;
