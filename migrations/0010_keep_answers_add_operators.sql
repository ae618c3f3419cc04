-- An answer is kept by the transaction that did what was asked, so no key is ever held without one. docs/DATA_MODEL.md explains.

-- Keys that the program before this one took and never answered; a migration comes in nobody's name, so the wall is opened for it.
alter table idempotency_keys no force row level security;
delete from idempotency_keys where status is null or headers is null or body is null;
alter table idempotency_keys force row level security;

alter table idempotency_keys
  alter column status set not null,
  alter column headers set not null,
  alter column body set not null;

-- The keys of whoever runs the program for several institutions. They belong to none, and open no register.
create table operator_keys (
  operator_key_id uuid primary key,
  -- Who answers for what is done with it.
  holder text not null check (holder <> ''),
  secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
  created_at timestamptz not null,
  -- Set: the key is refused.
  revoked_at timestamptz
);
alter table operator_keys enable row level security;
alter table operator_keys force row level security;
create policy operator_alone on operator_keys using (nullif(current_setting('accredit.operator', true), '') = 'on');
revoke delete on operator_keys from accredit_app;
