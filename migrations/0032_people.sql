-- The people of a team, how they sign in, and what they may do. A fifth class of tables: team tables have team_id first in
-- every key, and row-level security shows those of one team.

-- The keys that seal what a team stores, wrapped by a master key.
CREATE TABLE team_data_keys (
    team_id uuid NOT NULL REFERENCES teams (id),
    version integer NOT NULL,
    master_key_id bigint NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, version)
);

CREATE TABLE users (
    team_id uuid NOT NULL REFERENCES teams (id),
    id uuid NOT NULL,
    email text NOT NULL CHECK (length(email) BETWEEN 3 AND 320),
    email_key text NOT NULL, -- In small letters.
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'viewer')),
    environments uuid[], -- The only ones that the user sees; NULL: all.
    is_active boolean NOT NULL DEFAULT true,
    password text, -- argon2id, encoded; NULL: none was set.
    second_factor bytea, -- The TOTP secret, sealed; NULL: none.
    second_factor_key integer, -- The version of the data key.
    is_second_factor_confirmed boolean NOT NULL DEFAULT false,
    last_step bigint NOT NULL DEFAULT 0, -- The last time step whose code was taken (RFC 6238 section 5.2).
    signed_in_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, id),
    UNIQUE (team_id, email_key),
    FOREIGN KEY (team_id, second_factor_key) REFERENCES team_data_keys (team_id, version)
);

-- Keyed hashes.
CREATE TABLE recovery_codes (
    team_id uuid NOT NULL,
    user_id uuid NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (team_id, user_id, digest),
    FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id) ON DELETE CASCADE
);

CREATE TABLE user_sessions (
    team_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    method text NOT NULL CHECK (method IN ('password', 'oidc', 'link')),
    provider_id uuid CHECK ((method = 'oidc') = (provider_id IS NOT NULL)), -- Who has named the user.
    client_address text NOT NULL DEFAULT '',
    user_agent text NOT NULL DEFAULT '' CHECK (length(user_agent) <= 400),
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(), -- Within five minutes.
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id) ON DELETE CASCADE
);
CREATE INDEX user_sessions_by_user ON user_sessions (team_id, user_id);
CREATE INDEX user_sessions_by_end ON user_sessions (expires_at);

-- Links that work once.
CREATE TABLE user_links (
    team_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('invitation', 'reset', 'sign_in')),
    clears_second_factor boolean NOT NULL DEFAULT false, -- Of who uses it.
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id) ON DELETE CASCADE
);
CREATE INDEX user_links_by_user ON user_links (team_id, user_id);
CREATE INDEX user_links_by_end ON user_links (expires_at);

-- An OpenID provider of a team.
CREATE TABLE identity_providers (
    team_id uuid NOT NULL REFERENCES teams (id),
    id uuid NOT NULL,
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
    issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 1000),
    client_id text NOT NULL CHECK (length(client_id) BETWEEN 1 AND 1000),
    client_secret bytea, -- Sealed; NULL: the client is public.
    data_key_version integer,
    is_enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, id),
    UNIQUE (team_id, issuer, client_id),
    FOREIGN KEY (team_id, data_key_version) REFERENCES team_data_keys (team_id, version)
);

ALTER TABLE user_sessions
    ADD FOREIGN KEY (team_id, provider_id) REFERENCES identity_providers (team_id, id) ON DELETE CASCADE;
CREATE INDEX user_sessions_by_provider ON user_sessions (team_id, provider_id) WHERE provider_id IS NOT NULL;

-- Who a provider's subject is. An e-mail that a provider claims is never looked at.
CREATE TABLE user_identities (
    team_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (team_id, provider_id, subject),
    UNIQUE (team_id, provider_id, user_id),
    FOREIGN KEY (team_id, provider_id) REFERENCES identity_providers (team_id, id) ON DELETE CASCADE,
    FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id) ON DELETE CASCADE
);

-- Look-up table: a secret's keyed hash leads to its team. Only the functions below touch it.
CREATE TABLE team_secret_hashes (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    key_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('session', 'invitation', 'reset', 'sign_in')),
    team_id uuid NOT NULL,
    owner_id uuid NOT NULL
);
CREATE INDEX team_secret_hashes_by_owner ON team_secret_hashes (team_id, owner_id);

-- Finds what a secret belongs to and confines the rest of the transaction to that team.
CREATE FUNCTION find_team_secret(wanted_kind text, digests bytea[]) RETURNS TABLE (team_id uuid, owner_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT s.team_id, s.owner_id INTO team_id, owner_id
    FROM team_secret_hashes s WHERE s.digest = ANY (digests) AND s.kind = wanted_kind LIMIT 1;
    IF team_id IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('sluice.team_id', team_id::text, true);
    RETURN NEXT;
END $$;

CREATE FUNCTION add_team_secret(new_kind text, new_key_id bigint, new_digest bytea, new_owner uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO team_secret_hashes (digest, key_id, kind, team_id, owner_id)
    VALUES (new_digest, new_key_id, new_kind, current_team(), new_owner)
$$;

CREATE FUNCTION forget_team_secret_owner() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM team_secret_hashes s WHERE s.team_id = OLD.team_id AND s.owner_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_secrets AFTER DELETE ON user_sessions FOR EACH ROW EXECUTE FUNCTION forget_team_secret_owner();
CREATE TRIGGER forget_secrets AFTER DELETE ON user_links FOR EACH ROW EXECUTE FUNCTION forget_team_secret_owner();

-- As in 0005, for secrets of teams too.
CREATE OR REPLACE FUNCTION count_secrets() RETURNS TABLE (key_id bigint, uses bigint)
LANGUAGE sql SECURITY DEFINER STABLE SET search_path = public, pg_temp AS
$$ SELECT s.key_id, count(*) FROM (SELECT h.key_id FROM secret_hashes h UNION ALL SELECT t.key_id FROM team_secret_hashes t) s
   GROUP BY s.key_id $$;

-- Attempts to sign in, for a quarter of an hour. The key is a keyed hash: of the team and the e-mail, also where there is
-- no such user, of a device that has signed in before, or of a session.
CREATE UNLOGGED TABLE sign_in_failures (
    key bytea PRIMARY KEY CHECK (length(key) = 32),
    failures integer NOT NULL,
    since timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (since);

-- What a token may do: names of scopes and permissions. Before, every token could do everything.
ALTER TABLE api_tokens ADD COLUMN scopes text[] NOT NULL DEFAULT '{full}' CHECK (cardinality(scopes) BETWEEN 1 AND 40);
-- Networks from which it is taken; empty: any.
ALTER TABLE api_tokens ADD COLUMN addresses text[] NOT NULL DEFAULT '{}' CHECK (cardinality(addresses) <= 100);
ALTER TABLE api_tokens ADD COLUMN created_by text NOT NULL DEFAULT ''; -- An id of a user; empty: an operator.
GRANT UPDATE (name, scopes, addresses, expires_at) ON api_tokens TO sluice_app;

-- Ends what is over: sessions, links and old failures of all teams, some thousands at a time. How many rows.
CREATE FUNCTION forget_sign_ins() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done integer := 0;
    rows integer;
BEGIN
    DELETE FROM user_sessions WHERE ctid = ANY (ARRAY(SELECT ctid FROM user_sessions WHERE expires_at < now() LIMIT 5000));
    GET DIAGNOSTICS rows = ROW_COUNT;
    done := done + rows;
    DELETE FROM user_links WHERE ctid = ANY (ARRAY(SELECT ctid FROM user_links WHERE expires_at < now() LIMIT 5000));
    GET DIAGNOSTICS rows = ROW_COUNT;
    done := done + rows;
    DELETE FROM sign_in_failures
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM sign_in_failures WHERE since < now() - interval '1 hour' LIMIT 5000));
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN done + rows;
END $$;

-- Rights ------------------------------------------------------------------------------------------------------------

DO $$
DECLARE
    team_table text;
BEGIN
    FOREACH team_table IN ARRAY ARRAY['team_data_keys', 'users', 'recovery_codes', 'user_sessions', 'user_links',
                                      'identity_providers', 'user_identities']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', team_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', team_table);
        EXECUTE format('CREATE POLICY inside_team ON %I USING (team_id = current_team()) WITH CHECK (team_id = current_team())',
                       team_table);
    END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION find_team_secret, add_team_secret, forget_team_secret_owner, forget_sign_ins FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_team_secret, add_team_secret TO sluice_app;
GRANT EXECUTE ON FUNCTION forget_sign_ins TO sluice_worker;
GRANT SELECT, INSERT, UPDATE (master_key_id, wrapped) ON team_data_keys TO sluice_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, identity_providers TO sluice_app;
GRANT SELECT, INSERT, DELETE ON recovery_codes, user_links, user_identities TO sluice_app;
GRANT SELECT, INSERT, DELETE, UPDATE (seen_at) ON user_sessions TO sluice_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failures TO sluice_app;
GRANT UPDATE (name) ON teams TO sluice_app;
