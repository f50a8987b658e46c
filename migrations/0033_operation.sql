-- What operators see of all environments together, and what they may remove.

-- Accounts that are not active are few, so that they can be counted at each scrape of the metrics.
CREATE INDEX integrated_accounts_in_trouble ON integrated_accounts (status) WHERE status <> 'active';

-- How many accounts there are in each status, in all environments. Only numbers leave it.
CREATE FUNCTION count_accounts() RETURNS TABLE (status text, accounts bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH in_trouble AS (
        SELECT a.status, count(*) AS accounts FROM integrated_accounts a WHERE a.status <> 'active' GROUP BY a.status
    )
    SELECT t.status, t.accounts FROM in_trouble t
    UNION ALL
    SELECT 'active', greatest(0, (SELECT coalesce(sum(c.rows), 0) FROM row_counts c WHERE c.kind = 'accounts')
                                 - (SELECT coalesce(sum(t.accounts), 0) FROM in_trouble t))::bigint
$$;

-- Deletes the rows of every table that has `owner_column`, a table before those that it refers to. History is left: it
-- goes with its days, and its seals cannot be opened once the data keys are gone.
CREATE FUNCTION remove_rows_of(owner_column text, owner uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    rest oid[] := ARRAY(
        SELECT a.attrelid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE a.attname = owner_column AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace
            AND c.relkind = 'r' AND NOT c.relispartition);
    next oid;
BEGIN
    WHILE cardinality(rest) > 0 LOOP
        SELECT t INTO STRICT next FROM unnest(rest) AS t
        WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = t AND k.conrelid <> t
                              AND k.conrelid = ANY (rest))
        LIMIT 1;
        EXECUTE format('DELETE FROM %s WHERE %I = $1', next::regclass, owner_column) USING owner;
        rest := array_remove(rest, next);
    END LOOP;
END $$;

-- Accounts go first, by whoever owns them: their grants at the vendors must be revoked, and their webhooks told.
CREATE FUNCTION remove_environment(gone uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    accounts bigint;
BEGIN
    PERFORM FROM environments WHERE id = gone AND gone = current_environment() FOR UPDATE; -- Nothing is added meanwhile.
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not the environment of this transaction';
    END IF;
    SELECT count(*) INTO accounts FROM integrated_accounts WHERE environment_id = gone;
    IF accounts = 0 THEN
        PERFORM remove_rows_of('environment_id', gone);
        DELETE FROM environments WHERE id = gone;
    END IF;
    RETURN accounts;
END $$;

CREATE FUNCTION remove_team(gone uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    environments bigint;
BEGIN
    PERFORM FROM teams WHERE id = gone AND gone = current_team() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not the team of this transaction';
    END IF;
    SELECT count(*) INTO environments FROM environments e WHERE e.team_id = gone;
    IF environments = 0 THEN
        PERFORM remove_rows_of('team_id', gone);
        DELETE FROM teams WHERE id = gone;
    END IF;
    RETURN environments;
END $$;

-- Gives the number of environments that have it installed; nothing is deleted then.
CREATE FUNCTION remove_integration(gone uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    environments bigint;
BEGIN
    PERFORM FROM integrations WHERE id = gone AND team_id = current_team() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not of the team of this transaction';
    END IF;
    SELECT count(DISTINCT environment_id) INTO environments FROM environment_integrations WHERE integration_id = gone;
    IF environments = 0 THEN
        DELETE FROM integrations WHERE id = gone;
    END IF;
    RETURN environments;
END $$;

REVOKE EXECUTE ON FUNCTION count_accounts, remove_rows_of, remove_environment, remove_team, remove_integration FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_accounts TO sluice_worker;
GRANT EXECUTE ON FUNCTION remove_environment, remove_team, remove_integration TO sluice_app;
