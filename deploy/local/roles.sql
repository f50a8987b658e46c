-- The three roles and the database of Sluice, as an administrator of the server. May be run again: it only adds.
--   psql [-v password=…] -f deploy/local/roles.sql postgresql://admin@host/postgres
-- sluice_owner owns the database and migrates; sluice_app and sluice_worker serve and can bypass no row-level security.
\set ON_ERROR_STOP on
\if :{?password}
\else
    \set password ''
\endif

SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE %s PASSWORD %L', wanted.name, wanted.rls,
              nullif(:'password', ''))
FROM (VALUES ('sluice_owner', 'BYPASSRLS'), ('sluice_app', 'NOBYPASSRLS'), ('sluice_worker', 'NOBYPASSRLS'))
    AS wanted (name, rls)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name)
\gexec

SELECT 'CREATE DATABASE sluice OWNER sluice_owner ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'sluice')
\gexec
