-- What the erasure of a person may change of decisions: people's words about the person, and the person's name where the person decided.

grant update (reason, person_name) on award_decisions, appeal_decisions to accredit_app;
grant update (reason, on_behalf_of) on appeals to accredit_app;

create policy erased_alone on award_decisions as restrictive for update using (exists (
  select from members m where m.institution_id = award_decisions.institution_id and m.erased_at is not null
    and (award_decisions.person = 'member:' || m.member_id or exists (select from awards a
      where a.institution_id = m.institution_id and a.member_id = m.member_id and a.award_id = award_decisions.award_id))));

create policy erased_alone on appeals as restrictive for update using (exists (
  select from members m join awards a on a.institution_id = m.institution_id and a.member_id = m.member_id
  where m.institution_id = appeals.institution_id and m.erased_at is not null and a.award_id = appeals.award_id));

create policy erased_alone on appeal_decisions as restrictive for update using (exists (
  select from members m where m.institution_id = appeal_decisions.institution_id and m.erased_at is not null
    and (appeal_decisions.person = 'member:' || m.member_id or exists (select from appeals p
      join awards a on a.institution_id = p.institution_id and a.award_id = p.award_id
      where p.institution_id = m.institution_id and a.member_id = m.member_id and p.appeal_id = appeal_decisions.appeal_id))));
