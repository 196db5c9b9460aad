-- Who may do what in the database. To be run by its superuser after the first migration, and as often as you like:
--   psql --dbname=… --file=roles.sql
-- then, once, give each role that logs in a password: \password roma_public
-- roma_owner migrates, makes backups and runs the timers; roma_admin serves the admin; roma_public serves public pages,
-- and only reads. As roma_prover the owner restores each backup into a database of its own, to open pages there as
-- roma_admin and as roma_public. `migrate` and `restore` grant the rights on tables anew.

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['roma_owner', 'roma_admin', 'roma_public']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT 'CREATE ROLE roma_prover NOLOGIN CREATEDB'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'roma_prover') \gexec
GRANT roma_admin, roma_public TO roma_prover;
GRANT roma_prover TO roma_owner;
ALTER ROLE roma_public SET default_transaction_read_only = on;

BEGIN;
@grants@
COMMIT;
