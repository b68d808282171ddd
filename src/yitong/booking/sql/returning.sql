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

-- The latest moment at which the place of a hold that runs out at in_expires is back.
CREATE FUNCTION booking_hold_back_by(in_organization uuid, in_start timestamptz, in_expires timestamptz)
RETURNS timestamptz LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
DECLARE
    rule return_rule := booking_return_rule(in_organization);
BEGIN
    RETURN least(in_expires + make_interval(secs => rule.hold_max_seconds),
        greatest(in_expires, in_start - make_interval(mins => rule.at_once_minutes)));
END $$;

-- From when on a full slot surely has a place again, without any job: a returning place's own moment, or the latest
-- moment for the first hold that runs out. Offers do not count, they go to the next in the list. Reads everybody's rows
-- for whoever asks and tells a moment only.
CREATE FUNCTION booking_reopens_at(in_organization uuid, in_slot uuid)
RETURNS timestamptz LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ends timestamptz;
    returns timestamptz;
    start timestamptz;
BEGIN
    SELECT min(a.hold_expires_at), min(a.start_at) INTO ends, start FROM appointment AS a
    WHERE a.organization_id = in_organization AND a.slot_id = in_slot AND a.state = 'held' AND NOT a.offered;
    SELECT min(r.returns_at) INTO returns FROM returning_place AS r
    WHERE r.organization_id = in_organization AND r.slot_id = in_slot AND r.state = 'waiting';
    RETURN CASE WHEN ends IS NULL THEN returns
        ELSE least(returns, booking_hold_back_by(in_organization, start, ends)) END;
END $$;

-- Brings reopens_at of these slots up to date where they are full.
CREATE FUNCTION booking_mark_reopening(in_organizations uuid[], in_slots uuid[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
    UPDATE slot AS s SET reopens_at = f.first
    FROM (
        SELECT w.organization_id, w.slot_id, booking_reopens_at(w.organization_id, w.slot_id) AS first
        FROM (SELECT DISTINCT * FROM unnest(in_organizations, in_slots) AS u (organization_id, slot_id)) AS w
    ) AS f, schedule AS d
    WHERE s.organization_id = f.organization_id AND s.id = f.slot_id AND NOT s.open
        AND d.organization_id = s.organization_id AND d.id = s.schedule_id AND d.stopped_at IS NULL
        AND s.reopens_at IS DISTINCT FROM f.first
$$;

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
