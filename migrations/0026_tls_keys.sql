-- The private key of an installation's client certificate is sealed; the certificate itself is in `override`.
ALTER TABLE environment_integrations
    ADD COLUMN tls_sealed bytea,
    ADD COLUMN tls_data_key_version integer,
    ADD CHECK ((tls_sealed IS NULL) = (tls_data_key_version IS NULL)),
    ADD FOREIGN KEY (environment_id, tls_data_key_version) REFERENCES data_keys (environment_id, version);

-- Both secrets go at once; the rows go in the background.
CREATE OR REPLACE FUNCTION begin_uninstalling(installation uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE environment_integrations
    SET integration_id = NULL, sealed = NULL, data_key_version = NULL, tls_sealed = NULL, tls_data_key_version = NULL
    WHERE environment_id = current_environment() AND id = installation AND integration_id IS NOT NULL;
    RETURN FOUND;
END $$;
