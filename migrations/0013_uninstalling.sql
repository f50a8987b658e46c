-- What has very much below it goes in pieces, and a subscriber that goes does not stop what it would have heard of.

-- A webhook may be deleted while an event is written for it: that must not fail the change which the event tells of. A
-- delivery whose webhook is gone ends at its next attempt.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_environment_id_webhook_id_fkey;

-- An id that grows with time (UUIDv7), for rows that one statement makes of many others.
CREATE FUNCTION new_id(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
        substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- An installation that is being removed has no integration any more. Nobody who serves sees it, nor its accounts, which
-- are read through it; a job deletes them in batches and then the row.
ALTER TABLE environment_integrations ALTER COLUMN integration_id DROP NOT NULL;
ALTER POLICY inside_environment ON environment_integrations
    USING (environment_id = current_environment() AND integration_id IS NOT NULL)
    WITH CHECK (environment_id = current_environment() AND integration_id IS NOT NULL);

-- False: there is no such installation.
CREATE FUNCTION begin_uninstalling(installation uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE environment_integrations SET integration_id = NULL, sealed = NULL, data_key_version = NULL
    WHERE environment_id = current_environment() AND id = installation AND integration_id IS NOT NULL;
    RETURN FOUND;
END $$;

CREATE FUNCTION end_uninstalling(installation uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM environment_integrations
    WHERE environment_id = current_environment() AND id = installation AND integration_id IS NULL
$$;
REVOKE EXECUTE ON FUNCTION begin_uninstalling, end_uninstalling FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_uninstalling TO sluice_app;
GRANT EXECUTE ON FUNCTION end_uninstalling TO sluice_worker;
GRANT DELETE ON integrated_accounts TO sluice_worker;

-- For the cascades from accounts and installations, and for what ends by its time.
CREATE INDEX account_tokens_by_account ON account_tokens (environment_id, integrated_account_id);
CREATE INDEX write_calls_by_account ON write_calls (environment_id, integrated_account_id);
CREATE INDEX connections_by_installation ON connections (environment_id, environment_integration_id);
CREATE INDEX connections_ended ON connections (environment_id, expires_at);
CREATE INDEX link_tokens_ended ON link_tokens (environment_id, expires_at);
