-- An adjustment counts once a second person has countersigned it. docs/DATA_MODEL.md explains the columns. Appended, and never changed.

create table countersignatures (
  institution_id uuid not null references institutions,
  statement_id uuid not null,
  signed_by text not null check (signed_by <> ''),
  -- The human who signed, to tell two from one: never absent, and never who stated it.
  person text not null check (person <> ''),
  person_name text not null check (person_name <> ''),
  reason text not null check (reason <> ''),
  signed_at timestamptz not null,
  -- Which transaction wrote it: from then on the statement counts.
  changed_in xid8 not null default pg_current_xact_id(),
  primary key (institution_id, statement_id),
  foreign key (institution_id, statement_id) references statements
);
create index countersignatures_changed_in on countersignatures (institution_id, changed_in);

alter table countersignatures enable row level security;
alter table countersignatures force row level security;
create policy own_institution on countersignatures using (institution_id = current_institution())
  with check (institution_id = current_institution());

-- What the erasure of a person may change: people's words about the person, and the person's name where the person signed.
revoke update, delete on countersignatures from accredit_app;
grant update (reason, person_name) on countersignatures to accredit_app;
create policy erased_alone on countersignatures as restrictive for update using (exists (
  select from members m where m.institution_id = countersignatures.institution_id and m.erased_at is not null
    and (countersignatures.person = 'member:' || m.member_id or exists (select from statements s
      where s.institution_id = m.institution_id and s.member_id = m.member_id and s.statement_id = countersignatures.statement_id))));

-- Those that one person stated alone wait from now on: whom they are about is scored anew. The wall binds us too, and we come in nobody's
-- name: for the length of this statement it stands open to the owner.
alter table statements no force row level security;
update statements set changed_in = pg_current_xact_id() where kind = 'adjustment';
alter table statements force row level security;
