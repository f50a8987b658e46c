-- Who changed what. Rows are made by record_audit alone, in the transaction of their change. The roles that serve can
-- neither write, change nor delete them.

CREATE FUNCTION current_team() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('sluice.team_id', true), '')::uuid $$;

CREATE TABLE audit_log (
    team_id uuid NOT NULL,
    id uuid NOT NULL,
    environment_id uuid, -- NULL: it concerns the team.
    actor_kind text NOT NULL,
    actor_id text NOT NULL,   -- As the API writes it; empty for operators and the system.
    actor_name text NOT NULL, -- As it was then.
    action text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    target_id text NOT NULL, -- As the API writes it.
    before jsonb, -- NULL: there was nothing.
    after jsonb, -- NULL: there is nothing now.
    client_address text NOT NULL,
    request_id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX audit_log_by_environment ON audit_log (team_id, environment_id, id);
CREATE INDEX audit_log_by_target ON audit_log (team_id, target_id, id);
CREATE INDEX audit_log_by_actor ON audit_log (team_id, actor_id, id);
CREATE INDEX audit_log_by_request ON audit_log (team_id, request_id, id);
CREATE INDEX audit_log_by_action ON audit_log (team_id, action, id);

-- The team is the transaction's, or that of its environment.
CREATE FUNCTION record_audit(new_id uuid, new_actor_kind text, new_actor_id text, new_actor_name text, new_action text,
                             new_target_id text, was jsonb, is_now jsonb, new_client_address text, new_request_id text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_team uuid := current_team();
BEGIN
    IF of_team IS NULL THEN
        SELECT e.team_id INTO of_team FROM environments e WHERE e.id = current_environment();
    END IF;
    INSERT INTO audit_log (team_id, id, environment_id, actor_kind, actor_id, actor_name, action, target_id, before, after,
                           client_address, request_id)
    VALUES (of_team, new_id, current_environment(), new_actor_kind, new_actor_id, new_actor_name, new_action, new_target_id,
            was, is_now, new_client_address, new_request_id);
END $$;
REVOKE EXECUTE ON FUNCTION record_audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_audit TO sluice_app;

-- The tables that are kept by days. Only migrations add one.
CREATE TABLE histories (
    name text PRIMARY KEY,
    -- Whether its days may be written directly: COPY cannot pass the row-level security of their table (0028).
    has_writable_days boolean NOT NULL DEFAULT false,
    least_days integer NOT NULL DEFAULT 7 -- Nobody who serves drops younger days.
);
INSERT INTO histories (name, has_writable_days, least_days)
VALUES ('events', false, 7), ('deliveries', false, 7), ('delivery_attempts', false, 7), ('call_log', true, 7),
       ('call_log_bodies', false, 7), ('call_log_hours', false, 7), ('audit_log', false, 400);

-- As in 0028, for the tables of that list.
CREATE OR REPLACE FUNCTION keep_history(history text, days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    today CONSTANT timestamptz := date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    over CONSTANT uuid := first_id(now() - make_interval(days => days));
    day timestamptz;
    part text;
    rows integer;
    done integer := 0;
    is_writable boolean;
    least integer;
BEGIN
    SELECT has_writable_days, least_days INTO is_writable, least FROM histories WHERE name = history;
    IF NOT FOUND OR days < least THEN
        RAISE EXCEPTION 'this is no history, or it is to be kept longer';
    END IF;
    FOR ahead IN 0..7 LOOP
        day := today + make_interval(hours => 24 * ahead);
        part := history || to_char(day AT TIME ZONE 'UTC', '_YYYYMMDD');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, history,
                           first_id(day), first_id(day + interval '24 hours'));
            IF is_writable THEN
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

CREATE TABLE audit_log_rest PARTITION OF audit_log DEFAULT;
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY inside_team ON audit_log USING (team_id = current_team());
SELECT keep_history('audit_log', 400);
GRANT SELECT ON audit_log TO sluice_app;
