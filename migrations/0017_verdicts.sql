-- An account is dead only by a verdict: what speaks against it before that, and when its health was last asked for.
ALTER TABLE integrated_accounts
    ADD COLUMN renewals_fail_since timestamptz,
    ADD COLUMN grant_refused_at timestamptz,
    ADD COLUMN credential_refused_at timestamptz,
    ADD COLUMN health_asked_at timestamptz;

-- A vendor that refuses the OAuth app refuses it for all accounts: one of them asks now and then.
ALTER TABLE environment_integrations
    ADD COLUMN last_error jsonb,
    ADD COLUMN app_refused_at timestamptz,
    ADD COLUMN app_retry_at timestamptz;
GRANT UPDATE (last_error, app_refused_at, app_retry_at) ON environment_integrations TO sluice_worker;
