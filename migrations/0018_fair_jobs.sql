-- Jobs are taken from all partitions at once, environment by environment; failures make their pauses grow.
ALTER TABLE jobs ADD COLUMN failures integer NOT NULL DEFAULT 0;
CREATE INDEX jobs_of_environments ON jobs (kind, environment_id, due);
CREATE INDEX jobs_by_time ON jobs (kind, due);
DROP INDEX jobs_due;

-- A webhook whose receiver fails again and again waits, so that its deliveries stand behind those of others.
ALTER TABLE webhooks
    ADD COLUMN failures integer NOT NULL DEFAULT 0,
    ADD COLUMN paused_until timestamptz;
