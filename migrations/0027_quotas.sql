-- Quotas: how many rows of a kind an environment has is kept beside the rows, so that nobody has to count them.

-- The number is the sum of an environment's slots; one alone may be below zero. Writers never wait for one another: each
-- takes a slot that nobody holds, or makes one. So there are as many slots as transactions wrote at the same time, and no
-- order of kinds can end in a deadlock.
CREATE TABLE row_counts (
    environment_id uuid NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    kind text NOT NULL,
    slot uuid NOT NULL DEFAULT gen_random_uuid(),
    rows bigint NOT NULL,
    PRIMARY KEY (environment_id, kind, slot)
) PARTITION BY LIST (kind);
-- Room for new versions of a row in its own page, without a new entry in the index.
CREATE TABLE row_counts_kept PARTITION OF row_counts DEFAULT WITH (fillfactor = 50);
-- Streams are gone after a crash, and their number with them.
CREATE UNLOGGED TABLE row_counts_of_streams PARTITION OF row_counts FOR VALUES IN ('streams') WITH (fillfactor = 50);

-- What an operator allows one environment; for the other kinds the settings hold.
CREATE TABLE environment_quotas (
    environment_id uuid NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    kind text NOT NULL,
    rows bigint NOT NULL CHECK (rows >= 0),
    PRIMARY KEY (environment_id, kind)
);

ALTER TABLE mcp_streams ADD COLUMN environment_id uuid; -- NULL: opened by a replica that does not know quotas.
CREATE INDEX mcp_streams_by_environment ON mcp_streams (environment_id);

-- Counting ----------------------------------------------------------------------------------------------------------

CREATE FUNCTION add_rows(of_environment uuid, of_kind text, more bigint) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    free uuid;
BEGIN
    IF more = 0 THEN
        RETURN;
    END IF;
    SELECT c.slot INTO free FROM row_counts c WHERE c.environment_id = of_environment AND c.kind = of_kind
    LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    IF FOUND THEN
        UPDATE row_counts c SET rows = c.rows + more
        WHERE c.environment_id = of_environment AND c.kind = of_kind AND c.slot = free;
    ELSE
        INSERT INTO row_counts (environment_id, kind, rows) VALUES (of_environment, of_kind, more);
    END IF;
END $$;

-- The triggers see the rows of a statement whatever role ran it, cascades of its foreign keys included.
CREATE FUNCTION count_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM add_rows(environment_id, TG_ARGV[0], CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END)
    FROM changed_rows WHERE environment_id IS NOT NULL GROUP BY environment_id;
    RETURN NULL;
END $$;

CREATE FUNCTION count_webhooks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM add_rows(environment_id, CASE WHEN kind = 'webhook' THEN 'webhooks' ELSE 'notification_destinations' END,
                     CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END)
    FROM changed_rows GROUP BY environment_id, kind;
    RETURN NULL;
END $$;

-- Every remembered call counts, and as an approval while it waits for a person.
CREATE FUNCTION count_write_calls() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    sign CONSTANT integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    PERFORM add_rows(environment_id, 'write_calls', sign * count(*)),
            add_rows(environment_id, 'approvals', sign * count(*) FILTER (WHERE state = 'pending'))
    FROM changed_rows GROUP BY environment_id;
    RETURN NULL;
END $$;

CREATE FUNCTION count_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM add_rows(NEW.environment_id, 'approvals', CASE NEW.state WHEN 'pending' THEN 1 ELSE -1 END);
    RETURN NULL;
END $$;

CREATE FUNCTION forget_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM row_counts WHERE kind = ANY (TG_ARGV);
    RETURN NULL;
END $$;

-- From here on nobody writes to these tables until this is committed, so what is there is counted once.
DO $$
DECLARE
    counted record;
BEGIN
    FOR counted IN
        SELECT * FROM (VALUES
            ('integrated_accounts', 'count_rows', ARRAY['accounts']),
            ('mcp_servers', 'count_rows', ARRAY['mcp_servers']),
            ('documentation', 'count_rows', ARRAY['documents']),
            ('link_tokens', 'count_rows', ARRAY['link_tokens']),
            ('connections', 'count_rows', ARRAY['connections']),
            ('account_tokens', 'count_rows', ARRAY['account_tokens']),
            ('api_tokens', 'count_rows', ARRAY['api_tokens']),
            ('keyed_requests', 'count_rows', ARRAY['keyed_requests']),
            ('mcp_streams', 'count_rows', ARRAY['streams']),
            ('webhooks', 'count_webhooks', ARRAY['webhooks', 'notification_destinations']),
            ('write_calls', 'count_write_calls', ARRAY['write_calls', 'approvals'])
        ) AS tables (name, function, kinds)
    LOOP
        EXECUTE format('CREATE TRIGGER count_added AFTER INSERT ON %I REFERENCING NEW TABLE AS changed_rows '
                       'FOR EACH STATEMENT EXECUTE FUNCTION %I(%L)', counted.name, counted.function, counted.kinds[1]);
        EXECUTE format('CREATE TRIGGER count_removed AFTER DELETE ON %I REFERENCING OLD TABLE AS changed_rows '
                       'FOR EACH STATEMENT EXECUTE FUNCTION %I(%L)', counted.name, counted.function, counted.kinds[1]);
        EXECUTE format('CREATE TRIGGER count_nothing AFTER TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION forget_counts(%s)', counted.name,
                       (SELECT string_agg(quote_literal(kind), ', ') FROM unnest(counted.kinds) AS kind));
        CONTINUE WHEN counted.function <> 'count_rows';
        EXECUTE format('INSERT INTO row_counts (environment_id, kind, rows) SELECT environment_id, %L, count(*) FROM %I '
                       'WHERE environment_id IS NOT NULL GROUP BY environment_id', counted.kinds[1], counted.name);
    END LOOP;
END $$;

CREATE TRIGGER count_decisions AFTER UPDATE OF state ON write_calls FOR EACH ROW
    WHEN ((OLD.state = 'pending') <> (NEW.state = 'pending')) EXECUTE FUNCTION count_decision();

INSERT INTO row_counts (environment_id, kind, rows)
SELECT environment_id, CASE WHEN kind = 'webhook' THEN 'webhooks' ELSE 'notification_destinations' END, count(*)
FROM webhooks GROUP BY 1, 2
UNION ALL SELECT environment_id, 'write_calls', count(*) FROM write_calls GROUP BY 1
UNION ALL SELECT environment_id, 'approvals', count(*) FROM write_calls WHERE state = 'pending' GROUP BY 1;

-- Rights ------------------------------------------------------------------------------------------------------------

DO $$
DECLARE
    environment_table text;
BEGIN
    FOREACH environment_table IN ARRAY ARRAY['row_counts', 'environment_quotas']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', environment_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', environment_table);
        EXECUTE format('CREATE POLICY inside_environment ON %I USING (environment_id = current_environment()) '
                       'WITH CHECK (environment_id = current_environment())', environment_table);
    END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION add_rows, count_rows, count_webhooks, count_write_calls, count_decision, forget_counts
    FROM PUBLIC;
GRANT SELECT ON row_counts TO sluice_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON environment_quotas TO sluice_app;
