-- Confirms held places for a whole batch of requests and answers each one's outcome:
--   booked      the place is the patient's; the appointment has its queue number
--   replayed    it was booked before: the appointment as it stands now
--   expired, stopped, wrong_state, not_found, foreign (the patient is none of in_allowed), again (a twin in this batch)
-- in_allowed names the patients, separated by commas, that the actor may act for; NULL: any patient.
CREATE FUNCTION booking_confirm_batch(
    in_organizations uuid[], in_ids uuid[], in_actors uuid[], in_actor_kinds text[], in_allowed text[],
    in_events uuid[], in_now timestamptz
) RETURNS TABLE (
    ord integer, outcome text, conflict uuid, id uuid, slot_id uuid, patient_id uuid, schedule_id uuid,
    department_id uuid, service_id uuid, practitioner_role_id uuid, location_id uuid, start_at timestamptz,
    end_at timestamptz, fee_fen integer, state text, number integer, channel text, hold_expires_at timestamptz,
    created_at timestamptz, cancelled_reason text, rescheduled_to uuid, name_sealed text
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET jit = off SET lock_timeout = '5s'
AS $$
#variable_conflict use_column
DECLARE
    organizations uuid[];
    slots uuid[];
    schedules uuid[];
    any_full boolean;
BEGIN
    SELECT array_agg(a.organization_id), array_agg(a.slot_id), array_agg(a.schedule_id)
    INTO organizations, slots, schedules
    FROM unnest(in_organizations, in_ids) AS r (organization_id, id)
    JOIN appointment AS a ON a.organization_id = r.organization_id AND a.id = r.id
    WHERE a.state = 'held';

    -- Slots, then sessions, each in the order of their ids: the same order for everybody.
    IF slots IS NOT NULL THEN
        SELECT bool_or(NOT l.open) INTO any_full
        FROM (
            SELECT s.open
            FROM (SELECT DISTINCT * FROM unnest(organizations, slots) AS u (organization_id, slot_id)) AS w
            JOIN slot AS s ON s.organization_id = w.organization_id AND s.id = w.slot_id
            ORDER BY s.organization_id, s.id
            FOR NO KEY UPDATE OF s
        ) AS l;
        PERFORM 1
        FROM (SELECT DISTINCT * FROM unnest(organizations, schedules) AS u (organization_id, schedule_id)) AS w
        JOIN schedule AS d ON d.organization_id = w.organization_id AND d.id = w.schedule_id
        ORDER BY d.organization_id, d.id
        FOR NO KEY UPDATE OF d;
    END IF;

    RETURN QUERY
    WITH judged AS MATERIALIZED (
        SELECT r.ord::integer AS ord, r.actor_id, r.actor_kind, r.event_id, a.organization_id, a.id, a.slot_id,
            a.patient_id, a.schedule_id, a.department_id, a.service_id, a.practitioner_role_id, a.start_at, a.end_at,
            a.fee_fen, a.state, a.number, a.channel, a.hold_expires_at, a.created_at, a.cancelled_reason,
            a.rescheduled_to, a.version, d.location_id, d.next_number, p.name_sealed,
            CASE
                WHEN a.id IS NULL THEN 'not_found'
                WHEN r.allowed IS NOT NULL AND NOT a.patient_id = ANY (string_to_array(r.allowed, ',')::uuid[])
                    THEN 'foreign'
                WHEN row_number() OVER (PARTITION BY r.organization_id, r.id ORDER BY r.ord) > 1 THEN 'again'
                WHEN a.state = 'held' AND a.hold_expires_at <= in_now OR a.state = 'expired' THEN 'expired'
                WHEN a.state = 'held' AND d.stopped_at IS NOT NULL THEN 'stopped'
                WHEN a.state = 'held' THEN 'booked'
                WHEN a.active OR a.state = 'fulfilled' THEN 'replayed'
                ELSE 'wrong_state'
            END AS outcome
        FROM unnest(in_organizations, in_ids, in_actors, in_actor_kinds, in_allowed, in_events) WITH ORDINALITY
            AS r (organization_id, id, actor_id, actor_kind, allowed, event_id, ord)
        LEFT JOIN appointment AS a ON a.organization_id = r.organization_id AND a.id = r.id
        LEFT JOIN schedule AS d ON d.organization_id = a.organization_id AND d.id = a.schedule_id
        LEFT JOIN patient AS p ON p.id = a.patient_id
    ), numbered AS (
        SELECT j.*, j.next_number - 1 + row_number() OVER (
            PARTITION BY j.organization_id, j.schedule_id ORDER BY j.ord)::integer AS given
        FROM judged AS j WHERE j.outcome = 'booked'
    ), made AS (
        UPDATE appointment AS a
        SET state = 'booked', number = n.given, hold_expires_at = NULL, version = a.version + 1
        FROM numbered AS n
        WHERE a.organization_id = n.organization_id AND a.id = n.id
        RETURNING n.ord, n.given, a.organization_id, a.id, a.schedule_id, a.slot_id, a.department_id, a.patient_id,
            a.start_at, a.version, n.event_id, n.actor_kind, n.actor_id
    ), counted AS (
        UPDATE schedule AS d SET next_number = d.next_number + n.numbers
        FROM (SELECT m.organization_id, m.schedule_id, count(*)::integer AS numbers FROM made AS m
              GROUP BY m.organization_id, m.schedule_id) AS n
        WHERE d.organization_id = n.organization_id AND d.id = n.schedule_id
    ), moved AS (
        INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
        SELECT m.organization_id, m.id, m.version, 'appointment', 'held', 'booked', m.event_id FROM made AS m
    ), told AS (
        INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id,
            patient_id, payload)
        SELECT m.organization_id, m.event_id, in_now, 'booking:appointment:booked', m.actor_kind, m.actor_id,
            'booking:appointment:confirm', 'appointment', m.id, m.patient_id,
            jsonb_build_object('slot_id', m.slot_id, 'schedule_id', m.schedule_id, 'department_id', m.department_id,
                'start_at', m.start_at, 'number', m.given)
        FROM made AS m
    )
    SELECT j.ord, j.outcome, NULL::uuid, j.id, j.slot_id, j.patient_id, j.schedule_id, j.department_id, j.service_id,
        j.practitioner_role_id, j.location_id, j.start_at, j.end_at, j.fee_fen,
        CASE WHEN m.ord IS NOT NULL THEN 'booked' ELSE j.state END, coalesce(m.given, j.number), j.channel,
        CASE WHEN m.ord IS NULL THEN j.hold_expires_at END, j.created_at, j.cancelled_reason, j.rescheduled_to,
        j.name_sealed
    FROM judged AS j LEFT JOIN made AS m ON m.ord = j.ord;

    -- A full slot reopens when the first of the holds that are left has run out and its place is back.
    IF any_full THEN
        UPDATE slot AS s
        SET reopens_at = f.first
        FROM (
            SELECT w.organization_id, w.slot_id, (
                -- As booking_reopens_at says, inside the statement: it is asked for every full slot.
                SELECT least(
                    (SELECT min(b.returns_at) FROM returning_place AS b
                     WHERE b.organization_id = w.organization_id AND b.slot_id = w.slot_id AND b.state = 'waiting'),
                    booking_hold_back_by(e.first, l.start_at, r.hold_max_seconds, r.at_once_minutes))
                FROM return_rule AS r, (
                    SELECT min(h.hold_expires_at) AS first FROM appointment AS h
                    WHERE h.organization_id = w.organization_id AND h.slot_id = w.slot_id AND h.state = 'held'
                        AND NOT h.offered) AS e
                WHERE r.organization_id IN (w.organization_id, '00000000-0000-0000-0000-000000000000')
                ORDER BY r.organization_id = '00000000-0000-0000-0000-000000000000' LIMIT 1) AS first
            FROM (SELECT DISTINCT * FROM unnest(organizations, slots) AS u (organization_id, slot_id)) AS w
            JOIN slot AS l ON l.organization_id = w.organization_id AND l.id = w.slot_id
            WHERE NOT l.open AND l.reopens_at IS NOT NULL
        ) AS f
        WHERE s.organization_id = f.organization_id AND s.id = f.slot_id AND s.reopens_at IS DISTINCT FROM f.first;
    END IF;
END $$;
