-- A new UUIDv7 for rows that no client asked for (events of holds that ran out).
CREATE OR REPLACE FUNCTION booking_new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
            52, 1), 53, 1), 'hex')::uuid
$$;

-- Ends the holds of these slots that ran out before in_now and lets the places go whose time to return has come;
-- answers how many places that freed. A place of the common pool does not go free with its hold: it stays counted as
-- returning_place, for the waiting list first and after a random delay for everybody (see returning.sql).
-- Locks the slots in the order of their ids, as everybody does who changes who sits in a slot.
CREATE OR REPLACE FUNCTION booking_reclaim(in_organizations uuid[], in_slots uuid[], in_now timestamptz)
RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    at_once integer;
    freed integer;
BEGIN
    PERFORM 1
    FROM slot AS s
    JOIN unnest(in_organizations, in_slots) AS w (organization_id, slot_id)
        ON s.organization_id = w.organization_id AND s.id = w.slot_id
    ORDER BY s.organization_id, s.id
    FOR NO KEY UPDATE OF s;

    WITH over AS (
        SELECT a.organization_id, a.id, a.hold_expires_at AS ended
        FROM (SELECT DISTINCT * FROM unnest(in_organizations, in_slots) AS u (organization_id, slot_id)) AS w
        JOIN appointment AS a ON a.organization_id = w.organization_id AND a.slot_id = w.slot_id
        WHERE a.state = 'held' AND a.hold_expires_at <= in_now
    ), gone AS (
        UPDATE appointment AS a
        SET state = 'expired', hold_expires_at = NULL, version = a.version + 1
        FROM over AS o
        WHERE a.organization_id = o.organization_id AND a.id = o.id AND a.state = 'held'
        RETURNING a.organization_id, a.id, a.slot_id, a.schedule_id, a.patient_id, a.version, a.offered, o.ended,
            booking_new_id() AS event_id
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
    ), kept AS (
        INSERT INTO returning_place AS r (organization_id, id, slot_id, appointment_id, cause, returns_at, state, version,
            created_at)
        SELECT g.organization_id, booking_new_id(), g.slot_id, g.id, CASE WHEN g.offered THEN 'offer' ELSE 'hold' END,
            booking_returns_at(g.organization_id, s.start_at, true, g.ended, in_now), 'waiting', 1, in_now
        FROM gone AS g
        JOIN slot AS s ON s.organization_id = g.organization_id AND s.id = g.slot_id
        JOIN schedule AS d ON d.organization_id = g.organization_id AND d.id = g.schedule_id
        WHERE s.pool = 'common' AND s.start_at > in_now AND d.stopped_at IS NULL
        RETURNING r.organization_id, r.id, r.appointment_id
    ), set_aside AS (
        INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
        SELECT k.organization_id, k.id, 1, 'returning_place', 'new', 'waiting', g.event_id
        FROM kept AS k JOIN gone AS g ON g.organization_id = k.organization_id AND g.id = k.appointment_id
    ), freeing AS (
        SELECT g.organization_id, g.slot_id, g.schedule_id, count(*) AS places
        FROM gone AS g
        WHERE NOT EXISTS (SELECT FROM kept AS k
            WHERE k.organization_id = g.organization_id AND k.appointment_id = g.id)
        GROUP BY g.organization_id, g.slot_id, g.schedule_id
    ), counted AS (
        UPDATE slot AS s
        SET taken = s.taken - f.places, open = d.stopped_at IS NULL, reopens_at = NULL
        FROM freeing AS f
        JOIN schedule AS d ON d.organization_id = f.organization_id AND d.id = f.schedule_id
        WHERE s.organization_id = f.organization_id AND s.id = f.slot_id
    )
    SELECT coalesce(sum(places), 0) INTO at_once FROM freeing;

    WITH due AS (
        UPDATE returning_place AS r
        SET state = 'returned', version = r.version + 1, ended_at = in_now
        FROM (SELECT DISTINCT * FROM unnest(in_organizations, in_slots) AS u (organization_id, slot_id)) AS w
        JOIN slot AS s ON s.organization_id = w.organization_id AND s.id = w.slot_id
        JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
        WHERE r.organization_id = w.organization_id AND r.slot_id = w.slot_id AND r.state = 'waiting'
            AND r.returns_at <= in_now
            -- The list comes first. Should nobody look after it for ten minutes, places do not stay locked for that.
            AND (r.asked_at IS NOT NULL OR r.returns_at <= in_now - interval '10 minutes' OR s.start_at <= in_now
                OR d.stopped_at IS NOT NULL OR NOT booking_awaited(d.organization_id, d.department_id, d.day))
        RETURNING r.organization_id, r.id, r.slot_id, r.appointment_id, r.version, s.schedule_id, s.department_id,
            s.start_at, d.stopped_at, booking_new_id() AS event_id
    ), moved AS (
        INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
        SELECT organization_id, id, version, 'returning_place', 'waiting', 'returned', event_id FROM due
    ), told AS (
        INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id,
            patient_id, payload)
        SELECT organization_id, event_id, in_now, 'booking:place:returned', 'system',
            '00000000-0000-0000-0000-000000000001', 'booking:place:return', 'returning_place', id, NULL,
            jsonb_build_object('slot_id', slot_id, 'schedule_id', schedule_id, 'department_id', department_id,
                'start_at', start_at)
        FROM due
    ), counted AS (
        UPDATE slot AS s
        SET taken = s.taken - f.places, open = f.running, reopens_at = NULL
        FROM (SELECT u.organization_id, u.slot_id, count(*) AS places, bool_and(u.stopped_at IS NULL) AS running
              FROM due AS u GROUP BY u.organization_id, u.slot_id) AS f
        WHERE s.organization_id = f.organization_id AND s.id = f.slot_id
    )
    SELECT count(*) + at_once INTO freed FROM due;

    PERFORM booking_mark_reopening(in_organizations, in_slots);
    RETURN freed;
END $$;
