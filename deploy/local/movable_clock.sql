-- For tests: lets now() of the product's database go ahead by the seconds that test_clock.ahead holds, as its processes do
-- with clock.offset_file. As sluice_owner, after `sluice migrate`; may be run again.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE SCHEMA IF NOT EXISTS test_clock;
CREATE TABLE IF NOT EXISTS test_clock.ahead (seconds bigint NOT NULL);
INSERT INTO test_clock.ahead SELECT 0 WHERE NOT EXISTS (SELECT FROM test_clock.ahead);
CREATE OR REPLACE FUNCTION test_clock.now() RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN pg_catalog.now() + make_interval(secs => (SELECT seconds FROM test_clock.ahead));
END $$;
GRANT USAGE ON SCHEMA test_clock TO sluice_app, sluice_worker;
GRANT SELECT, UPDATE ON test_clock.ahead TO sluice_app, sluice_worker;

-- Statements find this now() before PostgreSQL's. What names its own search path, and defaults, are told one by one.
DO $$
DECLARE
    path CONSTANT text := 'public, test_clock, pg_catalog';
    each record;
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = %s', current_database(), path);
    FOR each IN
        SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND 'search_path=public, pg_temp' = ANY (proconfig)
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %s, pg_temp', each.name, path);
    END LOOP;
    FOR each IN
        SELECT c.oid::regclass AS name, a.attname FROM pg_attrdef d
        JOIN pg_class c ON c.oid = d.adrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
        WHERE c.relnamespace = 'public'::regnamespace AND pg_get_expr(d.adbin, d.adrelid) IN ('now()', 'pg_catalog.now()')
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT test_clock.now()', each.name, each.attname);
    END LOOP;
END $$;
COMMIT;
