-- The class of a member, beside the department in `unit`. docs/DATA_MODEL.md says what units are.

alter table members add column class text check (class <> '');
