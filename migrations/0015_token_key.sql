-- What the keyring's key of tokens computes; a keyring that computes something else refuses to start. A table of its own:
-- a binary of before takes each row of key_checks for a master key.
CREATE TABLE token_key_checks (
    id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    value text NOT NULL
);
GRANT SELECT, INSERT ON token_key_checks TO sluice_app, sluice_worker;
