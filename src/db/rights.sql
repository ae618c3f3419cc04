-- What accredit_app may do, besides what the migrations grant. Repeated after every migration; changes nothing the second time.

-- The application reads how far the database is; it never says so itself.
revoke insert, update, delete on _sqlx_migrations from accredit_app;
-- Before Postgres 15 everybody could create, and so own, tables here.
revoke create on schema public from public;

-- The queue: its tables are under row-level security without a policy, for its owner alone.
grant usage on schema graphile_worker to accredit_app;
grant select on graphile_worker.migrations to accredit_app;
grant usage on all sequences in schema graphile_worker to accredit_app;
do $$
declare queue_table record;
begin
  for queue_table in
    select c.oid, c.relname, c.relrowsecurity from pg_class c
    where c.relnamespace = 'graphile_worker'::regnamespace and c.relkind = 'r' and c.relname like '\_private\_%'
  loop
    execute format('grant select, insert, update, delete on graphile_worker.%I to accredit_app', queue_table.relname);
    if queue_table.relrowsecurity and not exists (select from pg_policy where polrelid = queue_table.oid and polname = 'application') then
      execute format('create policy application on graphile_worker.%I to accredit_app using (true) with check (true)', queue_table.relname);
    end if;
  end loop;
end $$;
