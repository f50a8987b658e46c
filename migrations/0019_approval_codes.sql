-- A person who decides on the page enters a code that only the developer's channel has told: sealed under the data key,
-- and a few tries for each call. A call that was asked for before has none: it is decided by the API.
ALTER TABLE write_calls
    ADD COLUMN code bytea,
    ADD COLUMN code_tries smallint NOT NULL DEFAULT 0;
