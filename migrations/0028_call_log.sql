-- A log of every vendor call and every request to an MCP server, kept by days as other history is.

-- The time of an entry is the time in its id. No created_at: an index and eight bytes less for each entry.
CREATE TABLE call_log (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    log_type smallint NOT NULL,
    request_type text,
    request_id text,
    integrated_account_id uuid,
    tenant_id text,
    integration text,
    resource text,
    method text,
    http_method text,
    http_url text,
    http_status_code smallint NOT NULL,
    duration_us bigint NOT NULL,
    fetch_us bigint NOT NULL,
    result_count bigint,
    error text,
    mcp_server_id uuid,
    mcp_server_name text,
    mcp_method text,
    tool_name text,
    client_name text,
    client_version text,
    api_token_id uuid,
    client_address text,
    trace_id bytea,
    span_id bytea,
    PRIMARY KEY (environment_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX call_log_by_request ON call_log (environment_id, request_id);
CREATE INDEX call_log_by_account ON call_log (environment_id, integrated_account_id, id);
CREATE INDEX call_log_by_tenant ON call_log (environment_id, tenant_id, id);
CREATE INDEX call_log_by_server ON call_log (environment_id, mcp_server_id, id) WHERE mcp_server_id IS NOT NULL;
CREATE INDEX call_log_by_tool ON call_log (environment_id, tool_name, id) WHERE tool_name IS NOT NULL;
-- Most calls succeed, so these two are small.
CREATE INDEX call_log_by_status ON call_log (environment_id, http_status_code, id) WHERE http_status_code >= 400;
CREATE INDEX call_log_by_error ON call_log (environment_id, id) WHERE error IS NOT NULL;

-- What was sent and what came back, sealed; only of environments that want it.
CREATE TABLE call_log_bodies (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    data_key_version integer NOT NULL,
    sealed bytea NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (environment_id, id)
) PARTITION BY RANGE (id);

-- The calls of an hour that are alike, for plots. The time in the id is the hour.
CREATE TABLE call_log_hours (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    log_type smallint NOT NULL,
    integrated_account_id uuid,
    mcp_server_id uuid,
    integration text,
    tool_name text,
    status_class smallint NOT NULL,
    calls bigint NOT NULL,
    errors bigint NOT NULL,
    throttled bigint NOT NULL,
    p50_us bigint NOT NULL,
    p95_us bigint NOT NULL,
    PRIMARY KEY (environment_id, id)
) PARTITION BY RANGE (id);

-- How long bodies are kept; 0: they are not. Nobody is logged with bodies unless the environment asks for it.
ALTER TABLE environments ADD COLUMN log_bodies_hours integer NOT NULL DEFAULT 0
    CHECK (log_bodies_hours BETWEEN 0 AND 168);
-- Whether the answers have the structured limit headers as well.
ALTER TABLE environments ADD COLUMN structured_limits boolean NOT NULL DEFAULT false;
GRANT UPDATE (log_bodies_hours, structured_limits) ON environments TO sluice_app;

-- As in 0014, with more histories. COPY is not possible through a table with row-level security, and a batch of the log
-- has rows of many environments. So its days may be written directly, and only written: they are read through their
-- table, within one environment.
CREATE OR REPLACE FUNCTION keep_history(history text, days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    today CONSTANT timestamptz := date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    over CONSTANT uuid := first_id(now() - make_interval(days => days));
    day timestamptz;
    part text;
    rows integer;
    done integer := 0;
BEGIN
    IF history NOT IN ('events', 'deliveries', 'delivery_attempts', 'call_log', 'call_log_bodies', 'call_log_hours')
        OR days < 7 THEN
        RAISE EXCEPTION 'this is no history, or it is to be kept longer';
    END IF;
    FOR ahead IN 0..7 LOOP
        day := today + make_interval(hours => 24 * ahead);
        part := history || to_char(day AT TIME ZONE 'UTC', '_YYYYMMDD');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, history,
                           first_id(day), first_id(day + interval '24 hours'));
            IF history = 'call_log' THEN
                EXECUTE format('GRANT INSERT ON %I TO sluice_app, sluice_worker', part);
            END IF;
            done := done + 1;
        EXCEPTION WHEN invalid_object_definition OR check_violation THEN
            NULL; -- The day is in what was there before days, or has begun in the rest.
        END;
    END LOOP;
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = history::regclass
        AND substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([0-9a-f-]{36})''\)')::uuid <= over
    LOOP
        EXECUTE format('DROP TABLE %I', part);
        done := done + 1;
    END LOOP;
    EXECUTE format('DELETE FROM %1$I WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$I WHERE id < $1 LIMIT 10000))',
                   history || '_rest') USING over;
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN done + rows;
END $$;

DO $$
DECLARE
    history text;
BEGIN
    FOREACH history IN ARRAY ARRAY['call_log', 'call_log_bodies', 'call_log_hours'] LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', history || '_rest', history);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', history);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', history);
        EXECUTE format('CREATE POLICY inside_environment ON %I USING (environment_id = current_environment()) '
                       'WITH CHECK (environment_id = current_environment())', history);
        PERFORM keep_history(history, 30);
    END LOOP;
END $$;
GRANT INSERT ON call_log_rest TO sluice_app, sluice_worker;
GRANT SELECT ON call_log TO sluice_app, sluice_worker;
GRANT SELECT, INSERT ON call_log_bodies TO sluice_app;
GRANT INSERT ON call_log_bodies TO sluice_worker;
GRANT SELECT ON call_log_hours TO sluice_app;
GRANT SELECT, INSERT, DELETE ON call_log_hours TO sluice_worker;
