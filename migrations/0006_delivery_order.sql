-- Deliveries of what happened to one account reach one webhook in the order it happened: one at a time, the next when the
-- one before it is over. A delivery without an account (a test, a replay) waits for nobody.
ALTER TABLE deliveries ADD COLUMN integrated_account_id uuid;
ALTER TABLE deliveries ADD COLUMN position bigint GENERATED ALWAYS AS IDENTITY;
CREATE INDEX deliveries_waiting ON deliveries (environment_id, webhook_id, integrated_account_id, position)
    WHERE status = 'pending';

-- Which sites may show the Link UI in a frame (origins); empty: any.
ALTER TABLE environments ADD COLUMN link_origins jsonb NOT NULL DEFAULT '[]';
GRANT UPDATE (link_origins) ON environments TO sluice_app;
