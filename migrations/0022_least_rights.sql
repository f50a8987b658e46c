-- The roles keep the rights that their statements use, and no other. tests/integration/rights_pgtest.cpp has the whole list.

-- Keys are emptied, not deleted. Installations go by begin_uninstalling and end_uninstalling, what belongs to an account
-- with the account. Tokens and messages are made and deleted.
REVOKE DELETE ON data_keys, environment_integrations FROM sluice_app;
REVOKE DELETE ON account_schemas FROM sluice_app, sluice_worker;
REVOKE UPDATE ON api_tokens, account_tokens, mcp_stream_messages FROM sluice_app;

-- History is written once and goes by days. The api writes what is to be delivered, the worker what came of it.
REVOKE UPDATE, DELETE ON events, delivery_attempts FROM sluice_app, sluice_worker;
REVOKE DELETE ON deliveries FROM sluice_app, sluice_worker;
REVOKE UPDATE ON deliveries FROM sluice_app;
REVOKE INSERT ON delivery_attempts FROM sluice_app;
REVOKE SELECT ON delivery_attempts FROM sluice_worker;

-- What the api makes, the worker goes on with.
REVOKE INSERT, DELETE ON webhooks FROM sluice_worker;
REVOKE INSERT ON link_tokens, connections FROM sluice_worker;

-- Everybody may call a function and make temporary tables unless it is taken away.
REVOKE EXECUTE ON FUNCTION forget_secret_owner FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
