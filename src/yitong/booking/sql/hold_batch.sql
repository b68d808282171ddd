-- What is known about one request of a batch before the capacity decision.
CREATE TYPE booking_ask AS (
    ord integer, outcome text, conflict uuid,
    id uuid, key uuid, organization_id uuid, slot_id uuid, patient_id uuid, actor_id uuid, actor_kind text,
    channel text, event_id uuid,
    schedule_id uuid, department_id uuid, service_id uuid, practitioner_role_id uuid, location_id uuid,
    day date, start_at timestamptz, end_at timestamptz, fee_fen integer, name_sealed text, stale_slot uuid, banned_until timestamptz
);

-- Holds places for a whole batch of requests and answers each one's outcome:
--   held        a place is kept until in_now + in_hold_seconds
--   replayed    the same key came before: the appointment as it stands now
--   key_reused  the key came before with another slot or patient
--   full, past, stopped, not_found, unsuitable, duplicate (conflict names the appointment in the way)
--   pool        the place is kept for people who come another way
--   not_released, too_late   the slot starts after in_until, or before in_from: not yet, or no longer, to be had this way
--   banned   the person may not book online for now; hold_expires_at says until when
--   person_limit, day_limit, account_limit   the person or the account has as many places as in_most_… allows
--   again       somebody else decides first (a twin in this batch, or a simultaneous batch): ask again in the next batch
-- in_pools names, separated by commas, the pools that a request may draw on. A limit below zero is none. People and
-- accounts with limits are locked first, in one order, so that two requests at once cannot both be the last one allowed.
-- The slots are locked in the order of their ids, so batches of several servers never wait for each other in a circle.
CREATE FUNCTION booking_hold_batch(
    in_ids uuid[], in_keys uuid[], in_organizations uuid[], in_slots uuid[], in_patients uuid[], in_actors uuid[],
    in_actor_kinds text[], in_channels text[], in_events uuid[],
    in_pools text[], in_from timestamptz[], in_until timestamptz[], in_most_held integer[], in_most_day integer[],
    in_most_account integer[], in_now timestamptz, in_hold_seconds integer, in_elderly_from integer
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
    expires timestamptz := in_now + make_interval(secs => in_hold_seconds);
    asks booking_ask[];
    wanted integer;
    stale uuid[];
    stale_organizations uuid[];
    crowded uuid[];
    crowded_organizations uuid[];
BEGIN
    PERFORM pg_advisory_xact_lock(l.key)
    FROM (SELECT DISTINCT hashtextextended(w.who::text, 0) AS key
          FROM unnest(in_patients, in_actors, in_most_held, in_most_day, in_most_account)
              AS r (patient_id, actor_id, held, day, account)
          CROSS JOIN LATERAL (VALUES
              (CASE WHEN greatest(r.held, r.day) >= 0 THEN r.patient_id END),
              (CASE WHEN r.account >= 0 THEN r.actor_id END)) AS w (who)
          WHERE w.who IS NOT NULL ORDER BY 1) AS l;

    -- 1. What is asked for, what of it was answered before, and who is in the way. Nothing is locked yet: facts read
    --    here either never change or are checked again below by a lock or a unique index.
    SELECT array_agg(ROW(f.ord, f.outcome, f.conflict, f.id, f.key, f.organization_id, f.slot_id, f.patient_id, f.actor_id,
                f.actor_kind, f.channel, f.event_id, f.schedule_id, f.department_id, f.service_id,
                f.practitioner_role_id, f.location_id, f.day, f.start_at, f.end_at, f.fee_fen, f.name_sealed,
                f.stale_slot, f.banned_until)::booking_ask),
           count(*) FILTER (WHERE f.outcome = 'wanted'),
           array_agg(f.stale_slot) FILTER (WHERE f.stale_slot IS NOT NULL),
           array_agg(f.organization_id) FILTER (WHERE f.stale_slot IS NOT NULL)
    INTO asks, wanted, stale, stale_organizations
    FROM (
        SELECT r.ord::integer AS ord, r.id, r.key, r.organization_id, r.slot_id, r.patient_id, r.actor_id, r.actor_kind,
            r.channel, r.event_id, d.id AS schedule_id, s.department_id, d.service_id, d.practitioner_role_id,
            d.location_id, d.day, s.start_at, s.end_at, v.fee_fen, p.name_sealed,
            CASE
                WHEN prior.id IS NOT NULL THEN
                    CASE WHEN prior.slot_id = r.slot_id AND prior.patient_id = r.patient_id
                        THEN 'replayed' ELSE 'key_reused' END
                WHEN s.id IS NULL OR p.id IS NULL THEN 'not_found'
                WHEN CASE WHEN r.actor_kind = 'citizen' THEN s.start_at ELSE s.end_at END <= in_now THEN 'past'
                WHEN d.stopped_at IS NOT NULL THEN 'stopped'
                WHEN strpos(r.pools, s.pool) = 0
                    OR s.pool = 'elderly' AND d.day < p.birth_date + make_interval(years => in_elderly_from)
                    THEN 'pool'
                WHEN s.start_at > r.until_at THEN 'not_released'
                WHEN s.start_at < r.from_at THEN 'too_late'
                WHEN y.sex <> p.sex
                    OR d.day < p.birth_date + make_interval(years => y.age_min)
                    OR d.day >= p.birth_date + make_interval(years => y.age_max + 1) THEN 'unsuitable'
                WHEN other.id IS NOT NULL AND (other.state <> 'held' OR other.hold_expires_at > in_now)
                    THEN 'duplicate'
                WHEN ban.until IS NOT NULL THEN 'banned'
                WHEN r.held >= 0 AND so_far.held >= r.held THEN 'person_limit'
                WHEN r.day >= 0 AND so_far.day >= r.day THEN 'day_limit'
                WHEN r.account >= 0 AND lately.places >= r.account THEN 'account_limit'
                WHEN row_number() OVER (PARTITION BY r.organization_id, r.actor_id, r.key ORDER BY r.ord) > 1
                    OR row_number() OVER (PARTITION BY r.patient_id ORDER BY r.ord) > 1
                    OR r.account >= 0 AND row_number() OVER (PARTITION BY r.actor_id ORDER BY r.ord) > 1
                    THEN 'again'
                ELSE 'wanted'
            END AS outcome,
            coalesce(prior.id, other.id) AS conflict,
            CASE WHEN prior.id IS NULL AND other.state = 'held' AND other.hold_expires_at <= in_now
                THEN other.slot_id END AS stale_slot,
            ban.until AS banned_until
        FROM unnest(in_ids, in_keys, in_organizations, in_slots, in_patients, in_actors, in_actor_kinds, in_channels,
                in_events, in_pools, in_from, in_until, in_most_held, in_most_day, in_most_account) WITH ORDINALITY
            AS r (id, key, organization_id, slot_id, patient_id, actor_id, actor_kind, channel, event_id, pools,
                from_at, until_at, held, day, account, ord)
        LEFT JOIN appointment AS prior
            ON prior.booked_by = r.actor_id AND prior.idempotency_key = r.key
            AND prior.organization_id = r.organization_id
        LEFT JOIN slot AS s ON s.organization_id = r.organization_id AND s.id = r.slot_id
        LEFT JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
        LEFT JOIN healthcare_service AS v ON v.organization_id = d.organization_id AND v.id = d.service_id
        LEFT JOIN specialty AS y ON y.code = s.specialty_code
        LEFT JOIN patient AS p ON p.id = r.patient_id
        LEFT JOIN appointment AS other
            ON other.organization_id = r.organization_id AND other.patient_id = r.patient_id
            AND other.department_id = s.department_id AND other.day = d.day AND other.active AND other.based_on IS NULL
        LEFT JOIN LATERAL (
            SELECT b.until FROM booking_ban AS b
            WHERE b.patient_id = r.patient_id AND b.until > in_now AND r.actor_kind = 'citizen'
            ORDER BY b.until DESC LIMIT 1
        ) AS ban ON true
        LEFT JOIN LATERAL (
            SELECT count(*) AS held, count(*) FILTER (WHERE h.day = d.day) AS day
            FROM appointment AS h
            WHERE h.patient_id = r.patient_id AND h.start_at >= in_now - interval '1 day' AND h.active
                AND (h.state <> 'held' OR h.hold_expires_at > in_now) AND greatest(r.held, r.day) >= 0
        ) AS so_far ON true
        LEFT JOIN LATERAL (
            SELECT count(*) AS places FROM appointment AS h
            WHERE h.booked_by = r.actor_id AND h.created_at > in_now - interval '1 day' AND r.account >= 0
        ) AS lately ON true
    ) AS f;

    IF wanted < cardinality(asks) THEN
        RETURN QUERY
        SELECT q.ord, q.outcome, q.conflict, a.id, coalesce(a.slot_id, q.slot_id), coalesce(a.patient_id, q.patient_id),
            coalesce(a.schedule_id, q.schedule_id), coalesce(a.department_id, q.department_id), a.service_id,
            a.practitioner_role_id, d.location_id, coalesce(a.start_at, q.start_at), coalesce(a.end_at, q.end_at),
            a.fee_fen, a.state, a.number, a.channel, coalesce(a.hold_expires_at, q.banned_until), a.created_at,
            a.cancelled_reason, a.rescheduled_to, q.name_sealed
        FROM unnest(asks) AS q
        LEFT JOIN appointment AS a ON a.organization_id = q.organization_id AND a.id = q.conflict
        LEFT JOIN schedule AS d ON d.organization_id = a.organization_id AND d.id = a.schedule_id
        WHERE q.outcome <> 'wanted';
    END IF;
    IF wanted = 0 THEN
        RETURN;
    END IF;

    -- 2. Lock every slot of which the count may change, in one order for all; see which have fewer places than takers.
    SELECT array_agg(l.organization_id) FILTER (WHERE l.taken + l.takers > l.capacity),
           array_agg(l.id) FILTER (WHERE l.taken + l.takers > l.capacity)
    INTO crowded_organizations, crowded
    FROM (
        SELECT s.organization_id, s.id, s.taken, s.capacity, w.takers
        FROM (
            SELECT u.organization_id, u.slot_id, sum(u.takers) AS takers
            FROM (
                SELECT q.organization_id, q.slot_id, 1 AS takers FROM unnest(asks) AS q WHERE q.outcome = 'wanted'
                UNION ALL
                SELECT o.organization_id, o.slot_id, 0
                FROM unnest(stale_organizations, stale) AS o (organization_id, slot_id)
            ) AS u
            GROUP BY u.organization_id, u.slot_id
        ) AS w
        JOIN slot AS s ON s.organization_id = w.organization_id AND s.id = w.slot_id
        ORDER BY s.organization_id, s.id
        FOR NO KEY UPDATE OF s
    ) AS l;

    -- 3. A hold that ran out neither keeps a place nor its patient from booking.
    IF crowded IS NOT NULL OR stale IS NOT NULL THEN
        PERFORM booking_reclaim(stale_organizations || crowded_organizations, stale || crowded, in_now);
    END IF;

    -- 4. The capacity decision: the first so many of each slot's takers get a place.
    RETURN QUERY
    WITH ranked AS (
        SELECT q.*, row_number() OVER (PARTITION BY q.organization_id, q.slot_id ORDER BY q.ord) AS place
        FROM unnest(asks) AS q WHERE q.outcome = 'wanted'
    ), judged AS MATERIALIZED (
        SELECT k.*,
            CASE WHEN d.stopped_at IS NOT NULL THEN 'stopped'
                WHEN k.place > s.capacity - s.taken THEN 'full' ELSE 'fits' END AS verdict
        FROM ranked AS k
        JOIN slot AS s ON s.organization_id = k.organization_id AND s.id = k.slot_id
        JOIN schedule AS d ON d.organization_id = k.organization_id AND d.id = k.schedule_id
    ), made AS (
        -- Ordered, so that batches which meet in the unique indexes do not wait for each other in a circle.
        INSERT INTO appointment AS a (organization_id, id, slot_id, schedule_id, department_id, service_id,
            practitioner_role_id, patient_id, day, start_at, end_at, state, version, number, channel, fee_fen, booked_by,
            idempotency_key, hold_expires_at, created_at)
        SELECT j.organization_id, j.id, j.slot_id, j.schedule_id, j.department_id, j.service_id,
            j.practitioner_role_id, j.patient_id, j.day, j.start_at, j.end_at, 'held', 1, NULL, j.channel, j.fee_fen,
            j.actor_id, j.key, expires, in_now
        FROM judged AS j WHERE j.verdict = 'fits'
        ORDER BY j.organization_id, j.patient_id, j.department_id, j.day
        ON CONFLICT DO NOTHING
        RETURNING a.organization_id, a.id, a.slot_id
    ), counted AS (
        UPDATE slot AS s
        SET taken = s.taken + n.places,
            open = s.taken + n.places < s.capacity,
            -- As booking_reopens_at says, with the holds of this batch, which are not in the table yet.
            reopens_at = CASE WHEN s.taken + n.places >= s.capacity THEN (
                SELECT least(
                    (SELECT min(b.returns_at) FROM returning_place AS b
                     WHERE b.organization_id = s.organization_id AND b.slot_id = s.id AND b.state = 'waiting'),
                    booking_hold_back_by(e.first, s.start_at, r.hold_max_seconds, r.at_once_minutes))
                FROM return_rule AS r, (
                    SELECT least(expires, min(h.hold_expires_at)) AS first FROM appointment AS h
                    WHERE h.organization_id = s.organization_id AND h.slot_id = s.id AND h.state = 'held'
                        AND NOT h.offered) AS e
                WHERE r.organization_id IN (s.organization_id, '00000000-0000-0000-0000-000000000000')
                ORDER BY r.organization_id = '00000000-0000-0000-0000-000000000000' LIMIT 1) END
        FROM (SELECT m.organization_id, m.slot_id, count(*)::integer AS places FROM made AS m
              GROUP BY m.organization_id, m.slot_id) AS n
        WHERE s.organization_id = n.organization_id AND s.id = n.slot_id
    ), final AS MATERIALIZED (
        SELECT j.*, m.id IS NOT NULL AS got,
            bool_or(j.verdict = 'fits' AND m.id IS NULL) OVER (PARTITION BY j.organization_id, j.slot_id) AS disturbed
        FROM judged AS j LEFT JOIN made AS m ON m.id = j.id
    ), moved AS (
        INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
        SELECT j.organization_id, j.id, 1, 'appointment', 'new', 'held', j.event_id FROM final AS j WHERE j.got
    ), told AS (
        INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id,
            patient_id, payload)
        SELECT j.organization_id, j.event_id, in_now, 'booking:appointment:held', j.actor_kind, j.actor_id,
            'booking:appointment:hold', 'appointment', j.id, j.patient_id,
            jsonb_build_object('slot_id', j.slot_id, 'schedule_id', j.schedule_id, 'department_id', j.department_id,
                'start_at', j.start_at)
        FROM final AS j WHERE j.got
    )
    SELECT j.ord,
        CASE WHEN j.got THEN 'held' WHEN j.verdict = 'fits' OR (j.verdict = 'full' AND j.disturbed) THEN 'again'
            ELSE j.verdict END,
        NULL::uuid, j.id, j.slot_id, j.patient_id, j.schedule_id, j.department_id, j.service_id, j.practitioner_role_id,
        j.location_id, j.start_at, j.end_at, j.fee_fen, 'held', NULL::integer, j.channel, expires, in_now, NULL::text,
        NULL::uuid, j.name_sealed
    FROM final AS j;
END $$;
