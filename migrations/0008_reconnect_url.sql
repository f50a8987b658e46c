-- The developer's own page on which a customer connects an account again; told to whoever meets a dead one.
ALTER TABLE environments ADD COLUMN reconnect_url text;
GRANT UPDATE (reconnect_url) ON environments TO sluice_app;
