REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO roma_owner;
GRANT USAGE ON SCHEMA public TO roma_admin;
GRANT USAGE ON SCHEMA public TO roma_public;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM roma_admin;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM roma_public;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM roma_admin;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM roma_public;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO roma_admin;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO roma_admin;
-- What is on record stays on record, whatever happens to the process that serves the admin.
REVOKE UPDATE, DELETE ON @record@ FROM roma_admin;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM roma_admin;

GRANT SELECT ON @public@ TO roma_public;
