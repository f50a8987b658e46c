-- Which replicas run, and which master keys each has loaded: a new key is used only when every one has it.
CREATE TABLE replicas (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    key_ids jsonb NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON replicas TO sluice_app, sluice_worker;

-- What a shredded key leaves: the row, so that what refers to it can say why it does not open.
ALTER TABLE data_keys ADD COLUMN shredded_at timestamptz;

-- How many tokens were hashed with each master key; which they are is nobody's business.
CREATE FUNCTION count_secrets() RETURNS TABLE (key_id bigint, uses bigint)
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = public, pg_temp AS
$$ SELECT s.key_id, count(*) FROM secret_hashes s GROUP BY s.key_id $$;
REVOKE EXECUTE ON FUNCTION count_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_secrets TO sluice_app;
