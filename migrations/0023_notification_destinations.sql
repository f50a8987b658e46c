-- A notification destination is a webhook of another kind: a chat channel. Its URL is its secret and stands in `sealed`.
-- `target_url` has what may be shown of it, which is no URL, so a worker that does not know kinds reaches nobody and the
-- delivery is tried again.
ALTER TABLE webhooks
    ADD COLUMN kind text NOT NULL DEFAULT 'webhook' CHECK (kind IN ('webhook', 'slack')),
    ADD COLUMN label text,
    ADD COLUMN last_failure jsonb, -- {status, error, occurred_at}: why the last attempt failed, while it is so
    ADD CHECK ((kind = 'webhook') = (label IS NULL));

-- The log of webhooks and that of destinations are two.
ALTER TABLE delivery_attempts ADD COLUMN kind text NOT NULL DEFAULT 'webhook';
