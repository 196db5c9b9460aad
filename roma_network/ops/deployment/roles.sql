-- Who may do what in the database. To be run by its superuser after each migration, as often as you like:
--   psql --dbname=… --file=roles.sql
-- then, once, give each role a password: \password roma_public
-- roma_owner migrates, makes backups and runs the timers; roma_admin serves the admin; roma_public serves public pages, and only reads.

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['roma_owner', 'roma_admin', 'roma_public']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO roma_owner;
GRANT USAGE ON SCHEMA public TO roma_admin, roma_public;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM roma_admin, roma_public;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM roma_admin, roma_public;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO roma_admin;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO roma_admin;
-- What is on record stays on record, whatever happens to the process that serves the admin.
REVOKE UPDATE, DELETE ON @record@ FROM roma_admin;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM roma_admin;

GRANT SELECT ON @public@ TO roma_public;
ALTER ROLE roma_public SET default_transaction_read_only = on;
