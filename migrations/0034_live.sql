-- What open pages show has changed: a NOTIFY for each change that the audit log has, and for each event. Only kinds and
-- ids are told; a page reads what it may read.

CREATE FUNCTION tell_live(of_environment uuid, kind text, id text) RETURNS void LANGUAGE sql AS
$$ SELECT pg_notify('sluice_live', concat_ws(' ', of_environment, kind, id)) $$;
REVOKE EXECUTE ON FUNCTION tell_live FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tell_live TO sluice_app, sluice_worker;

CREATE OR REPLACE FUNCTION record_audit(new_id uuid, new_actor_kind text, new_actor_id text, new_actor_name text,
                                        new_action text, new_target_id text, was jsonb, is_now jsonb,
                                        new_client_address text, new_request_id text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_team uuid := current_team();
BEGIN
    IF of_team IS NULL THEN
        SELECT e.team_id INTO of_team FROM environments e WHERE e.id = current_environment();
    END IF;
    INSERT INTO audit_log (team_id, id, environment_id, actor_kind, actor_id, actor_name, action, target_id, before, after,
                           client_address, request_id)
    VALUES (of_team, new_id, current_environment(), new_actor_kind, new_actor_id, new_actor_name, new_action, new_target_id,
            was, is_now, new_client_address, new_request_id);
    IF current_environment() IS NOT NULL THEN
        PERFORM tell_live(current_environment(), split_part(new_action, '.', 1), new_target_id);
    END IF;
END $$;
