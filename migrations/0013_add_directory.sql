-- What directories call members, and the secrets by which providers know us. docs/DATA_MODEL.md explains the columns.

create table directory_users (
  institution_id uuid not null references institutions,
  member_id uuid not null,
  user_name text not null check (user_name <> ''),
  external_id text check (external_id <> ''),
  -- What the directory says of its own accord; what it does not say is the register's, or follows from the rest.
  gives_name boolean not null,
  gives_number boolean not null,
  updated_at timestamptz not null,
  primary key (institution_id, member_id),
  foreign key (institution_id, member_id) references members
);
create unique index directory_users_user_name on directory_users (institution_id, lower(user_name));
create unique index directory_users_external_id on directory_users (institution_id, external_id);
-- A directory asks for everybody by name before it says anything of them, and does not tell capitals from small letters.
create index members_number_in_any_case on members (institution_id, lower(number));

alter table directory_users enable row level security;
alter table directory_users force row level security;
create policy own_institution on directory_users using (institution_id = current_institution())
  with check (institution_id = current_institution());

-- Sealed with the key of the setting secrets.key. Absent: we are a public client.
alter table sign_in_providers add column client_secret bytea;
