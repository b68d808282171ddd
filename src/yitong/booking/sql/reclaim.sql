-- A new UUIDv7 for rows that no client asked for (events of holds that ran out).
CREATE FUNCTION booking_new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
            52, 1), 53, 1), 'hex')::uuid
$$;

-- Ends the holds of these slots that ran out before in_now, gives their places back and answers how many there were.
-- Locks the slots in the order of their ids, as everybody does who changes who sits in a slot.
CREATE FUNCTION booking_reclaim(in_organizations uuid[], in_slots uuid[], in_now timestamptz) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    freed integer;
BEGIN
    PERFORM 1
    FROM slot AS s
    JOIN unnest(in_organizations, in_slots) AS w (organization_id, slot_id)
        ON s.organization_id = w.organization_id AND s.id = w.slot_id
    ORDER BY s.organization_id, s.id
    FOR NO KEY UPDATE OF s;

    WITH gone AS (
        UPDATE appointment AS a
        SET state = 'expired', hold_expires_at = NULL, version = a.version + 1
        FROM (SELECT DISTINCT * FROM unnest(in_organizations, in_slots) AS w (organization_id, slot_id)) AS w
        WHERE a.organization_id = w.organization_id AND a.slot_id = w.slot_id
            AND a.state = 'held' AND a.hold_expires_at <= in_now
        RETURNING a.organization_id, a.id, a.slot_id, a.schedule_id, a.patient_id, a.version, booking_new_id() AS event_id
    ), moved AS (
        INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
        SELECT organization_id, id, version, 'appointment', 'held', 'expired', event_id FROM gone
    ), told AS (
        INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id,
            patient_id, payload)
        SELECT organization_id, event_id, in_now, 'booking:appointment:expired', 'system',
            '00000000-0000-0000-0000-000000000001', 'booking:hold:expire', 'appointment', id, patient_id,
            jsonb_build_object('slot_id', slot_id, 'schedule_id', schedule_id)
        FROM gone
    ), freeing AS (
        SELECT g.organization_id, g.slot_id, g.schedule_id, count(*) AS places
        FROM gone AS g GROUP BY g.organization_id, g.slot_id, g.schedule_id
    ), counted AS (
        UPDATE slot AS s
        SET taken = s.taken - f.places, open = d.stopped_at IS NULL, reopens_at = NULL
        FROM freeing AS f
        JOIN schedule AS d ON d.organization_id = f.organization_id AND d.id = f.schedule_id
        WHERE s.organization_id = f.organization_id AND s.id = f.slot_id
    )
    SELECT coalesce(sum(places), 0) INTO freed FROM freeing;
    RETURN freed;
END $$;
