-- Old rows are found by the minute in which they were told: an index on `told_at` would have to follow each update.
ALTER TABLE limit_counts
    ADD COLUMN told_minute bigint NOT NULL DEFAULT extract(epoch FROM clock_timestamp())::bigint / 60;
CREATE INDEX limit_counts_told_minute ON limit_counts (told_minute);
