-- How many of a slot's in_capacity places each pool keeps by the hospital's quota rules; the rest is common, which is
-- always named, with none when the quotas take all. The narrowest rule of a pool counts: a doctor's before a service's
-- before a department's before the hospital's. Where the quotas want more than there is, the earlier pool goes first.
CREATE FUNCTION booking_pools(
    in_organization uuid, in_department uuid, in_service uuid, in_role uuid, in_capacity integer
) RETURNS TABLE (pool text, places integer, hours integer, flows_to text[])
LANGUAGE sql STABLE ROWS 4 SET search_path = public, pg_temp
AS $$
    WITH narrowest AS (
        SELECT DISTINCT ON (q.pool) q.pool, q.flows_back_hours_before AS hours, q.flows_to,
            coalesce(q.places, in_capacity * q.share_percent / 100) AS wanted,
            array_position(ARRAY['community', 'elderly', 'onsite', 'partner', 'draw'], q.pool) AS turn
        FROM quota_rule AS q
        WHERE q.organization_id = in_organization
            AND (q.department_id IS NULL OR q.department_id = in_department)
            AND (q.service_id IS NULL OR q.service_id = in_service)
            AND (q.practitioner_role_id IS NULL OR q.practitioner_role_id = in_role)
        ORDER BY q.pool, q.practitioner_role_id IS NULL, q.service_id IS NULL, q.department_id IS NULL
    ), cut AS (
        SELECT n.pool, n.hours, n.flows_to, greatest(least(n.wanted, in_capacity - coalesce(
            sum(n.wanted) OVER (ORDER BY n.turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)), 0)::integer
            AS places
        FROM narrowest AS n
    )
    SELECT c.pool, c.places, c.hours, c.flows_to FROM cut AS c WHERE c.places > 0
    UNION ALL
    SELECT 'common', in_capacity - coalesce((SELECT sum(c.places) FROM cut AS c), 0)::integer, NULL, NULL
$$;

-- Moves the unused places of up to in_most slots whose time has come to the pool they flow to, and answers how many went
-- where. Both slots of a move are locked, in the order of their ids as everybody does, and change in one statement: the
-- places of a stretch of time are the same number before and after, and a place that is taken meanwhile stays taken.
-- A place that is given back later flows with a later call, until the slot begins.
CREATE FUNCTION booking_flow_back(in_now timestamptz, in_most integer)
RETURNS TABLE (organization_id uuid, schedule_id uuid, pool text, to_pool text, places integer)
LANGUAGE plpgsql SET search_path = public, pg_temp SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    organizations uuid[];
    sources uuid[];
    targets uuid[];
BEGIN
    SELECT array_agg(f.organization_id), array_agg(f.slot_id), array_agg(f.to_slot_id)
    INTO organizations, sources, targets
    FROM (
        SELECT w.organization_id, w.slot_id, w.to_slot_id
        FROM pool_flow AS w
        JOIN slot AS s ON s.organization_id = w.organization_id AND s.id = w.slot_id
        JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
        -- Nothing flows earlier than a fortnight before its slot.
        WHERE w.due_at <= in_now AND w.due_at > in_now - interval '15 days' AND w.start_at > in_now
            AND d.stopped_at IS NULL AND (s.taken < s.capacity OR s.reopens_at <= in_now OR EXISTS (
                SELECT FROM appointment AS h WHERE h.organization_id = s.organization_id AND h.slot_id = s.id
                    AND h.state = 'held' AND h.hold_expires_at <= in_now))
        ORDER BY w.due_at LIMIT in_most
    ) AS f;
    IF sources IS NULL THEN
        RETURN;
    END IF;

    PERFORM 1
    FROM slot AS s
    JOIN (SELECT DISTINCT * FROM unnest(organizations || organizations, sources || targets) AS u (organization_id, id))
        AS w ON s.organization_id = w.organization_id AND s.id = w.id
    ORDER BY s.organization_id, s.id
    FOR NO KEY UPDATE OF s;
    PERFORM booking_reclaim(organizations, sources, in_now);

    RETURN QUERY
    WITH unused AS MATERIALIZED (
        SELECT f.organization_id, f.slot_id, f.to_slot_id, s.schedule_id, s.pool, t.pool AS to_pool,
            s.capacity - s.taken AS places
        FROM unnest(organizations, sources, targets) AS f (organization_id, slot_id, to_slot_id)
        JOIN slot AS s ON s.organization_id = f.organization_id AND s.id = f.slot_id
        JOIN slot AS t ON t.organization_id = f.organization_id AND t.id = f.to_slot_id
        JOIN schedule AS d ON d.organization_id = s.organization_id AND d.id = s.schedule_id
        WHERE s.taken < s.capacity AND d.stopped_at IS NULL
    ), net AS (
        SELECT m.organization_id, m.id, sum(m.places)::integer AS places
        FROM (
            SELECT u.organization_id, u.slot_id AS id, -u.places AS places FROM unused AS u
            UNION ALL
            SELECT u.organization_id, u.to_slot_id, u.places FROM unused AS u
        ) AS m
        GROUP BY m.organization_id, m.id
    ), moved AS (
        UPDATE slot AS s
        SET capacity = s.capacity + n.places,
            open = s.taken < s.capacity + n.places,
            reopens_at = CASE WHEN s.taken >= s.capacity + n.places
                THEN booking_reopens_at(s.organization_id, s.id, s.start_at) END
        FROM net AS n
        WHERE s.organization_id = n.organization_id AND s.id = n.id
    ), counted AS (
        UPDATE pool_flow AS w SET moved = w.moved + u.places
        FROM unused AS u WHERE w.organization_id = u.organization_id AND w.slot_id = u.slot_id
    )
    SELECT u.organization_id, u.schedule_id, u.pool, u.to_pool, sum(u.places)::integer
    FROM unused AS u GROUP BY u.organization_id, u.schedule_id, u.pool, u.to_pool;
END $$;

-- Lets slots that were cut before follow the quota rules of today, as far as their places are free: nobody loses a place.
-- Answers how many slots changed and how many places went into or out of a pool. Pools of a draw stay as they are, and so
-- does a pool whose places have begun to flow back.
CREATE FUNCTION booking_apply_quotas(in_organization uuid, in_first date, in_last date, in_now timestamptz)
RETURNS TABLE (slots integer, places integer)
LANGUAGE plpgsql SET search_path = public, pg_temp SET jit = off
-- Nothing is known about the size of the steps below; without this they would be compared row with row.
SET enable_nestloop = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1
    FROM schedule AS d JOIN slot AS s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
    WHERE d.organization_id = in_organization AND d.day BETWEEN in_first AND in_last
        AND s.organization_id = in_organization AND s.start_at > in_now
    ORDER BY s.organization_id, s.id
    FOR NO KEY UPDATE OF s;

    RETURN QUERY
    WITH here AS MATERIALIZED (
        SELECT s.*, d.service_id, d.practitioner_role_id
        FROM schedule AS d JOIN slot AS s ON s.organization_id = d.organization_id AND s.schedule_id = d.id
        WHERE d.organization_id = in_organization AND d.day BETWEEN in_first AND in_last AND d.stopped_at IS NULL
            AND s.organization_id = in_organization AND s.start_at > in_now
    ), stretch AS MATERIALIZED (
        SELECT c.id AS common_id, c.schedule_id, c.start_at, c.end_at, c.department_id, c.specialty_code, c.service_id,
            c.practitioner_role_id, c.capacity - c.taken AS common_free, n.total
        FROM here AS c
        JOIN (SELECT h.schedule_id, h.start_at, sum(h.capacity)::integer AS total FROM here AS h
              WHERE h.pool <> 'extra' GROUP BY h.schedule_id, h.start_at) AS n
            ON n.schedule_id = c.schedule_id AND n.start_at = c.start_at
        WHERE c.pool = 'common'
    ), plan AS MATERIALIZED (
        SELECT u.schedule_id, u.total, b.*
        FROM (SELECT DISTINCT t.schedule_id, t.total, t.department_id, t.service_id, t.practitioner_role_id
              FROM stretch AS t) AS u
        CROSS JOIN LATERAL booking_pools(in_organization, u.department_id, u.service_id, u.practitioner_role_id, u.total)
            AS b
        WHERE b.pool NOT IN ('common', 'draw')
    ), wish AS MATERIALIZED (
        SELECT t.*, w.pool, w.places AS wanted, w.hours, w.flows_to, o.id AS kept_id,
            coalesce(o.capacity, 0) AS have, coalesce(o.capacity - o.taken, 0) AS free
        FROM stretch AS t
        JOIN plan AS w ON w.schedule_id = t.schedule_id AND w.total = t.total
        LEFT JOIN here AS o ON o.schedule_id = t.schedule_id AND o.start_at = t.start_at AND o.pool = w.pool
        WHERE w.hours IS NULL OR t.start_at - make_interval(hours => w.hours) > in_now
        UNION ALL
        SELECT t.*, o.pool, 0, NULL, NULL, o.id, o.capacity, o.capacity - o.taken
        FROM stretch AS t
        JOIN here AS o ON o.schedule_id = t.schedule_id AND o.start_at = t.start_at
        LEFT JOIN plan AS w ON w.schedule_id = t.schedule_id AND w.total = t.total AND w.pool = o.pool
        WHERE o.pool NOT IN ('common', 'draw', 'extra') AND w.pool IS NULL
    ), moves AS MATERIALIZED (
        SELECT w.*, coalesce(w.kept_id, booking_new_id()) AS id, CASE
            WHEN w.wanted < w.have THEN -least(w.have - w.wanted, w.free)
            -- What is there to share: the free common places and those that other pools need no more.
            ELSE greatest(least(w.wanted - w.have, w.common_free
                + sum(least(greatest(w.have - w.wanted, 0), w.free)) OVER (PARTITION BY w.common_id)
                - coalesce(sum(greatest(w.wanted - w.have, 0)) OVER (
                    PARTITION BY w.common_id ORDER BY w.pool ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)), 0)
            END::integer AS delta
        FROM wish AS w
    ), made AS (
        INSERT INTO slot (organization_id, id, schedule_id, department_id, specialty_code, start_at, end_at, capacity,
            taken, open, pool)
        SELECT in_organization, m.id, m.schedule_id, m.department_id, m.specialty_code, m.start_at, m.end_at, m.delta, 0,
            true, m.pool
        FROM moves AS m WHERE m.kept_id IS NULL AND m.delta > 0
    ), changed AS (
        UPDATE slot AS s
        SET capacity = s.capacity + n.delta,
            open = s.taken < s.capacity + n.delta,
            reopens_at = CASE WHEN s.taken >= s.capacity + n.delta
                THEN booking_reopens_at(s.organization_id, s.id, s.start_at) END
        FROM (
            SELECT m.id, m.delta FROM moves AS m WHERE m.kept_id IS NOT NULL AND m.delta <> 0
            UNION ALL
            SELECT m.common_id, -sum(m.delta)::integer FROM moves AS m GROUP BY m.common_id HAVING sum(m.delta) <> 0
        ) AS n
        WHERE s.organization_id = in_organization AND s.id = n.id
    ), flows AS (
        INSERT INTO pool_flow AS f (organization_id, slot_id, to_slot_id, due_at, start_at, moved)
        SELECT DISTINCT ON (m.id) in_organization, m.id, o.id, m.start_at - make_interval(hours => m.hours), m.start_at, 0
        FROM moves AS m
        JOIN here AS o ON o.schedule_id = m.schedule_id AND o.start_at = m.start_at
            AND o.pool = ANY (m.flows_to || 'common'::text) AND o.id <> m.id
        WHERE m.hours IS NOT NULL AND (m.kept_id IS NOT NULL OR m.delta > 0)
        ORDER BY m.id, array_position(m.flows_to || 'common'::text, o.pool)
        ON CONFLICT (organization_id, slot_id) DO UPDATE SET to_slot_id = excluded.to_slot_id, due_at = excluded.due_at
    ), ended AS (
        DELETE FROM pool_flow AS f USING moves AS m
        WHERE f.organization_id = in_organization AND f.slot_id = m.kept_id AND m.hours IS NULL
    )
    SELECT count(DISTINCT m.common_id)::integer, coalesce(sum(abs(m.delta)), 0)::integer
    FROM moves AS m WHERE m.delta <> 0;
END $$;
