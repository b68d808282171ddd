-- The rules of a hospital: its own, otherwise the region's.
CREATE FUNCTION booking_return_rule(in_organization uuid) RETURNS return_rule LANGUAGE sql STABLE AS $$
    SELECT r FROM return_rule AS r
    WHERE r.organization_id IN (in_organization, '00000000-0000-0000-0000-000000000000')
    ORDER BY r.organization_id = '00000000-0000-0000-0000-000000000000' LIMIT 1
$$;

-- A number from 0 to 1 out of the operating system's strong randomness: nobody foresees when a place returns.
CREATE FUNCTION booking_chance() RETURNS double precision LANGUAGE sql VOLATILE AS $$
    SELECT ('x' || left(gen_random_uuid()::text, 8))::bit(32)::bigint / 4294967296.0::double precision
$$;

-- When a place given up at in_ended returns to everybody: at once close to the start, otherwise after a random delay
-- that does not reach beyond the moment from which places return at once.
CREATE FUNCTION booking_returns_at(
    in_organization uuid, in_start timestamptz, in_from_hold boolean, in_ended timestamptz, in_now timestamptz
) RETURNS timestamptz LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    rule return_rule := booking_return_rule(in_organization);
    at_once timestamptz := in_start - make_interval(mins => rule.at_once_minutes);
    least_s integer := CASE WHEN in_from_hold THEN rule.hold_min_seconds ELSE rule.cancelled_min_seconds END;
    most_s integer := CASE WHEN in_from_hold THEN rule.hold_max_seconds ELSE rule.cancelled_max_seconds END;
BEGIN
    RETURN greatest(in_ended, least(
        at_once, in_ended + make_interval(secs => least_s + booking_chance() * (most_s - least_s))));
END $$;

-- The latest moment at which the place of a hold that runs out at in_expires is back. One expression, so that the
-- planner puts it where it is used.
CREATE FUNCTION booking_hold_back_by(
    in_expires timestamptz, in_start timestamptz, in_hold_max_seconds integer, in_at_once_minutes integer
) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN in_expires IS NOT NULL THEN least(in_expires + make_interval(secs => in_hold_max_seconds),
        greatest(in_expires, in_start - make_interval(mins => in_at_once_minutes))) END
$$;

-- From when on a full slot surely has a place again, without any job: a returning place's own moment, or the latest
-- moment for the first hold that runs out. Offers do not count, they go to the next in the list. Reads everybody's rows
-- for whoever asks and tells a moment only.
CREATE FUNCTION booking_reopens_at(in_organization uuid, in_slot uuid, in_start timestamptz)
RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT least(
        (SELECT min(b.returns_at) FROM returning_place AS b
         WHERE b.organization_id = in_organization AND b.slot_id = in_slot AND b.state = 'waiting'),
        (SELECT booking_hold_back_by(e.first, in_start, r.hold_max_seconds, r.at_once_minutes)
         FROM return_rule AS r, (
            SELECT min(h.hold_expires_at) AS first FROM appointment AS h
            WHERE h.organization_id = in_organization AND h.slot_id = in_slot AND h.state = 'held'
                AND NOT h.offered) AS e
         WHERE e.first IS NOT NULL
            AND r.organization_id IN (in_organization, '00000000-0000-0000-0000-000000000000')
         ORDER BY r.organization_id = '00000000-0000-0000-0000-000000000000' LIMIT 1))
$$;

-- Brings reopens_at of these slots up to date where they are full.
CREATE FUNCTION booking_mark_reopening(in_organizations uuid[], in_slots uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE slot AS s SET reopens_at = f.first
    FROM (
        SELECT l.organization_id, l.id, booking_reopens_at(l.organization_id, l.id, l.start_at) AS first
        FROM (SELECT DISTINCT * FROM unnest(in_organizations, in_slots) AS u (organization_id, slot_id)) AS w
        JOIN slot AS l ON l.organization_id = w.organization_id AND l.id = w.slot_id AND NOT l.open
        JOIN schedule AS d ON d.organization_id = l.organization_id AND d.id = l.schedule_id
            AND d.stopped_at IS NULL
    ) AS f
    WHERE s.organization_id = f.organization_id AND s.id = f.id AND s.reopens_at IS DISTINCT FROM f.first;
END $$;

-- Whether anybody waits for a place of this department on this day; tells no more than that.
CREATE FUNCTION booking_awaited(in_organization uuid, in_department uuid, in_day date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM waitlist_entry AS w
        WHERE w.organization_id = in_organization AND w.department_id = in_department AND w.state = 'waiting'
            AND in_day BETWEEN w.from_day AND w.to_day)
$$;

-- Takes the place of an appointment that was given up out of a locked slot. In the common pool it stays counted until
-- it returns, and the answer is its returning_place; elsewhere, and where nobody could book it any more, it is free at
-- once and the answer is NULL. in_event is the event that gave it up.
CREATE FUNCTION booking_give_back(
    in_organization uuid, in_slot uuid, in_appointment uuid, in_event uuid, in_from_hold boolean, in_now timestamptz
) RETURNS uuid LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
DECLARE
    made uuid;
BEGIN
    INSERT INTO returning_place (organization_id, id, slot_id, appointment_id, cause, returns_at, state, version,
        created_at)
    SELECT s.organization_id, booking_new_id(), s.id, in_appointment,
        CASE WHEN a.offered AND in_from_hold THEN 'offer' WHEN in_from_hold THEN 'hold' ELSE 'cancelled' END,
        booking_returns_at(s.organization_id, s.start_at, in_from_hold, in_now, in_now), 'waiting', 1, in_now
    FROM slot AS s
    JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
    JOIN appointment AS a ON a.organization_id = s.organization_id AND a.id = in_appointment
    WHERE s.organization_id = in_organization AND s.id = in_slot
        AND s.pool = 'common' AND s.start_at > in_now AND d.stopped_at IS NULL
    RETURNING id INTO made;
    IF made IS NULL THEN
        -- An extra place was made for one person and goes with that person.
        UPDATE slot AS s SET taken = s.taken - 1, capacity = s.capacity - (s.pool = 'extra')::integer,
            open = s.pool <> 'extra' AND d.stopped_at IS NULL, reopens_at = NULL
        FROM schedule AS d
        WHERE s.organization_id = in_organization AND s.id = in_slot
            AND d.organization_id = s.organization_id AND d.id = s.schedule_id;
    ELSE
        INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
        VALUES (in_organization, made, 1, 'returning_place', 'new', 'waiting', in_event);
        PERFORM booking_mark_reopening(ARRAY[in_organization], ARRAY[in_slot]);
    END IF;
    RETURN made;
END $$;
