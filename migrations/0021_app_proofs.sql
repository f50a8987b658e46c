-- When the OAuth app of an environment integration last renewed an account: what one account alone is refused is no word
-- about the app.
ALTER TABLE environment_integrations ADD COLUMN app_worked_at timestamptz;
GRANT UPDATE (app_worked_at) ON environment_integrations TO sluice_worker;
