-- History is kept by days and goes by dropping them. Ids begin with their time, so a day is a range of ids, and whoever
-- looks for an id looks into one day. No foreign key points at a day or from one: dropping it touches nothing else.

-- The smallest id of a time.
CREATE FUNCTION first_id(at timestamptz) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT encode(substring(int8send(greatest(extract(epoch FROM at) * 1000, 0)::bigint) FROM 3)
        || '\x00000000000000000000'::bytea, 'hex')::uuid
$$;

-- Makes the coming days of one history and drops those that are over. How much it did; when it was nothing, all is done.
CREATE FUNCTION keep_history(history text, days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    today CONSTANT timestamptz := date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    over CONSTANT uuid := first_id(now() - make_interval(days => days));
    day timestamptz;
    part text;
    rows integer;
    done integer := 0;
BEGIN
    IF history NOT IN ('events', 'deliveries', 'delivery_attempts') OR days < 7 THEN
        RAISE EXCEPTION 'this is no history, or it is to be kept longer';
    END IF;
    FOR ahead IN 0..7 LOOP
        day := today + make_interval(hours => 24 * ahead);
        part := history || to_char(day AT TIME ZONE 'UTC', '_YYYYMMDD');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, history,
                           first_id(day), first_id(day + interval '24 hours'));
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
REVOKE EXECUTE ON FUNCTION keep_history FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_history TO sluice_worker;

ALTER TABLE deliveries DROP CONSTRAINT deliveries_environment_id_event_id_fkey;
ALTER TABLE events DROP CONSTRAINT events_environment_id_fkey;

ALTER TABLE events RENAME TO events_before;
ALTER INDEX events_pkey RENAME TO events_before_pkey;
ALTER INDEX events_by_time RENAME TO events_before_by_time;
CREATE TABLE events (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    integrated_account_id uuid,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX events_by_time ON events (environment_id, created_at);

ALTER TABLE deliveries RENAME TO deliveries_before;
ALTER INDEX deliveries_pkey RENAME TO deliveries_before_pkey;
ALTER INDEX deliveries_waiting RENAME TO deliveries_before_waiting;
DROP INDEX deliveries_by_webhook;
ALTER TABLE deliveries_before ALTER COLUMN position DROP IDENTITY;
CREATE SEQUENCE delivery_positions;
SELECT setval('delivery_positions', coalesce(max(position), 0) + 1, false) FROM deliveries_before;
GRANT USAGE ON SEQUENCE delivery_positions TO sluice_app, sluice_worker;
CREATE TABLE deliveries (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'pending'
        CONSTRAINT deliveries_status_check CHECK (status IN ('pending', 'delivered', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    integrated_account_id uuid,
    position bigint NOT NULL DEFAULT nextval('delivery_positions'),
    PRIMARY KEY (environment_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX deliveries_waiting ON deliveries (environment_id, webhook_id, integrated_account_id, position)
    WHERE status = 'pending';

ALTER TABLE delivery_attempts RENAME TO delivery_attempts_before;
ALTER INDEX delivery_attempts_pkey RENAME TO delivery_attempts_before_pkey;
ALTER INDEX delivery_attempts_by_time RENAME TO delivery_attempts_before_by_time;
CREATE TABLE delivery_attempts (
    environment_id uuid NOT NULL,
    id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    webhook_id uuid NOT NULL,
    attempt integer NOT NULL,
    status integer,
    error text,
    duration_ms integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX delivery_attempts_by_time ON delivery_attempts (environment_id, created_at);

-- What is there becomes one range that ends the day after tomorrow, and goes as a whole when its last day does. It is
-- read once, to see that it has nothing from later.
DO $$
DECLARE
    history text;
    before_ends CONSTANT uuid := first_id(date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '48 hours');
    has_rows boolean;
BEGIN
    FOREACH history IN ARRAY ARRAY['events', 'deliveries', 'delivery_attempts'] LOOP
        -- Ids of a clock that is wrong by days.
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', history || '_rest', history);
        EXECUTE format('WITH later AS (DELETE FROM %I WHERE id >= $1 RETURNING *) INSERT INTO %I SELECT * FROM later',
                       history || '_before', history) USING before_ends;
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', history || '_before') INTO has_rows;
        IF has_rows THEN
            EXECUTE format('REVOKE ALL ON %I FROM sluice_app, sluice_worker', history || '_before');
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', history,
                           history || '_before', before_ends);
        ELSE
            EXECUTE format('DROP TABLE %I', history || '_before');
        END IF;
        PERFORM keep_history(history, 30);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', history);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', history);
        EXECUTE format('CREATE POLICY inside_environment ON %I USING (environment_id = current_environment()) '
                       'WITH CHECK (environment_id = current_environment())', history);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO sluice_app, sluice_worker', history);
    END LOOP;
END $$;

-- One job for all environments: whoever has it keeps the history.
INSERT INTO jobs (partition, kind, environment_id, id, due)
VALUES (0, 'retention', '00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000', now());
