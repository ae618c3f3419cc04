-- People who sign in, their sessions, and keys that are rotated. docs/DATA_MODEL.md explains the columns.

-- Who says who somebody is: the institution's OpenID Connect provider.
create table sign_in_providers (
  institution_id uuid not null references institutions,
  issuer text not null check (issuer <> ''),
  client_id text not null check (client_id <> ''),
  number_claim text not null check (number_claim <> ''),
  scopes text[] not null,
  updated_at timestamptz not null,
  primary key (institution_id)
);

create table users (
  institution_id uuid not null references institutions,
  user_id uuid not null,
  name text not null check (name <> ''),
  role text not null check (role in ('admin', 'staff', 'reviewer', 'reader', 'student')),
  -- Who of the register that is: a student sees this member alone, and nobody decides on oneself.
  member_id uuid,
  -- Both absent: invited by e-mail, and not signed in yet.
  issuer text,
  subject text,
  -- In small letters, and only of who was invited by it.
  email text check (email = lower(email) and email <> ''),
  created_at timestamptz not null,
  signed_in_at timestamptz,
  disabled_at timestamptz,
  primary key (institution_id, user_id),
  foreign key (institution_id, member_id) references members,
  check ((issuer is null) = (subject is null)),
  check (subject is not null or email is not null),
  check (role <> 'student' or member_id is not null)
);
create unique index users_subject on users (institution_id, issuer, subject);
create unique index users_email on users (institution_id, email);
create unique index users_member on users (institution_id, member_id);

-- The token is in a browser's cookie and nowhere here.
create table sessions (
  institution_id uuid not null references institutions,
  token_hash bytea not null check (octet_length(token_hash) = 32),
  user_id uuid not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (institution_id, token_hash),
  foreign key (institution_id, user_id) references users
);
create index sessions_user on sessions (institution_id, user_id);

-- Sign-ins that were begun. What the provider's answer is checked with is made from a secret in the browser's cookie.
create table sign_in_attempts (
  institution_id uuid not null references institutions,
  state_hash bytea not null check (octet_length(state_hash) = 32),
  browser_hash bytea not null check (octet_length(browser_hash) = 32),
  return_to text not null,
  expires_at timestamptz not null,
  primary key (institution_id, state_hash)
);

do $$
declare tenant_table text;
begin
  foreach tenant_table in array array['sign_in_providers', 'users', 'sessions', 'sign_in_attempts']
  loop
    execute format('alter table %I enable row level security', tenant_table);
    execute format('alter table %I force row level security', tenant_table);
    execute format('create policy own_institution on %I using (institution_id = current_institution())
      with check (institution_id = current_institution())', tenant_table);
  end loop;
end $$;

-- The log names users for ever.
revoke delete on users from accredit_app;

-- A key from before has no lineage but its own.
alter table api_keys
  add column expires_at timestamptz,
  add column last_used_at timestamptz,
  add column lineage_id uuid;
create index api_keys_lineage on api_keys (institution_id, coalesce(lineage_id, api_key_id));
