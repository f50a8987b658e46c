-- A secret may be replaced while the old one still works for a while.
ALTER TABLE secret_hashes ADD COLUMN ends_at timestamptz;

CREATE OR REPLACE FUNCTION find_secret(wanted_kind text, digests bytea[])
RETURNS TABLE (environment_id uuid, owner_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT s.environment_id, s.owner_id INTO environment_id, owner_id FROM secret_hashes s
    WHERE s.digest = ANY (digests) AND s.kind = wanted_kind AND (s.ends_at IS NULL OR s.ends_at > now()) LIMIT 1;
    IF environment_id IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('sluice.environment_id', environment_id::text, true);
    RETURN NEXT;
END $$;

-- When a secret that was found ends; null: not by itself.
CREATE FUNCTION secret_end(digests bytea[]) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.ends_at FROM secret_hashes s WHERE s.digest = ANY (digests) AND s.environment_id = current_environment()
$$;
REVOKE EXECUTE ON FUNCTION secret_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_end TO sluice_app, sluice_worker;

-- Ends the secrets an owner has, those that end sooner excepted, and forgets those that have ended.
CREATE FUNCTION end_secrets(owner uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM secret_hashes s
    WHERE s.environment_id = current_environment() AND s.owner_id = owner AND s.ends_at <= now();
    UPDATE secret_hashes s SET ends_at = least(s.ends_at, at)
    WHERE s.environment_id = current_environment() AND s.owner_id = owner;
$$;
REVOKE EXECUTE ON FUNCTION end_secrets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION end_secrets TO sluice_app;
