-- Teams, environments, their keys and tokens. Roles: the owner runs this; sluice_app and sluice_worker serve and can
-- bypass nothing. Four classes of tables, see README.md beside this file.

-- Global tables ---------------------------------------------------------------------------------------------------

CREATE TABLE teams (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE environments (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams (id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (team_id, name)
);

-- What each master key computes; a keyring that computes something else refuses to start.
CREATE TABLE key_checks (
    master_key_id bigint PRIMARY KEY,
    value text NOT NULL
);

-- Built-in integrations have no team and an id made from their name.
CREATE TABLE integrations (
    id uuid PRIMARY KEY,
    team_id uuid REFERENCES teams (id),
    name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{1,30}$'),
    label text NOT NULL,
    category text NOT NULL,
    is_beta boolean NOT NULL DEFAULT false,
    sharing text NOT NULL DEFAULT 'deny' CHECK (sharing IN ('deny', 'ask', 'allow')),
    -- json, not jsonb: the author's order of properties and methods is what models read.
    manifest json NOT NULL,
    document json NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (team_id, name)
);

-- Environment tables: environment_id first in every key, row-level security forced -----------------------------------

CREATE FUNCTION current_environment() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('sluice.environment_id', true), '')::uuid $$;

-- The keys that seal what an environment stores, wrapped by a master key.
CREATE TABLE data_keys (
    environment_id uuid NOT NULL REFERENCES environments (id),
    version integer NOT NULL,
    master_key_id bigint NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, version)
);

CREATE TABLE api_tokens (
    environment_id uuid NOT NULL REFERENCES environments (id),
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (environment_id, id),
    UNIQUE (environment_id, name)
);

-- Look-up table: a secret's keyed hash leads to its environment. Only the functions below touch it. -------------------

CREATE TABLE secret_hashes (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    key_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('api', 'mcp', 'link', 'account')),
    environment_id uuid NOT NULL,
    owner_id uuid NOT NULL
);
CREATE INDEX secret_hashes_by_owner ON secret_hashes (environment_id, owner_id);

-- Finds what a secret belongs to and confines the rest of the transaction to that environment.
CREATE FUNCTION find_secret(wanted_kind text, digests bytea[]) RETURNS TABLE (environment_id uuid, owner_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT s.environment_id, s.owner_id INTO environment_id, owner_id
    FROM secret_hashes s WHERE s.digest = ANY (digests) AND s.kind = wanted_kind LIMIT 1;
    IF environment_id IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('sluice.environment_id', environment_id::text, true);
    RETURN NEXT;
END $$;

CREATE FUNCTION add_secret(new_kind text, new_key_id bigint, new_digest bytea, new_owner uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO secret_hashes (digest, key_id, kind, environment_id, owner_id)
    VALUES (new_digest, new_key_id, new_kind, current_environment(), new_owner)
$$;
