-- Makes the sessions and slots of these organizations for the days from in_from to in_to (both included) by their
-- templates and exceptions, and answers how many of each were made and how many sessions were there before. Making the
-- same days twice makes them once: sessions that exist are left as they are, whoever is booked into them, and so is a
-- session that the database refuses beside another one. Where the hospital has quota rules each stretch of a session is
-- cut into one slot a pool, and what a pool does not use in time knows where to flow.
CREATE FUNCTION booking_generate(in_organizations uuid[], in_from date, in_to date, in_now timestamptz)
RETURNS TABLE (schedules integer, slots integer, skipped integer)
LANGUAGE plpgsql SET search_path = public, pg_temp SET jit = off
-- A fresh region has no statistics yet; without this the sessions just made would be sought one by one in a list.
SET enable_nestloop = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH regular AS (
        -- The weekly rule on each of its days, as the day's exception changes it; a stopped day is none.
        SELECT t.organization_id, t.id AS template_id, NULL::uuid AS exception_id, t.department_id, t.service_id,
            coalesce(x.practitioner_role_id, t.practitioner_role_id) AS practitioner_role_id,
            CASE WHEN x.practitioner_role_id IS NULL THEN t.team_id END AS team_id,
            coalesce(x.location_id, t.location_id) AS location_id, g.day::date AS day,
            coalesce(x.start_time, t.start_time) AS start_time, coalesce(x.end_time, t.end_time) AS end_time,
            t.slot_minutes, coalesce(x.capacity_per_slot, t.capacity_per_slot) AS capacity
        FROM schedule_template AS t
        JOIN generate_series(in_from, in_to, interval '1 day') AS g (day)
            ON extract(isodow FROM g.day) = t.weekday
            AND g.day >= t.valid_from AND (t.valid_to IS NULL OR g.day <= t.valid_to)
        LEFT JOIN LATERAL (
            SELECT e.* FROM schedule_exception AS e
            WHERE e.organization_id = t.organization_id AND e.template_id = t.id AND e.day = g.day::date
                AND e.kind IN ('stop', 'change')
            ORDER BY e.created_at DESC, e.id DESC LIMIT 1
        ) AS x ON true
        WHERE t.active AND t.organization_id = ANY (in_organizations) AND x.kind IS DISTINCT FROM 'stop'
    ), extra AS (
        SELECT t.organization_id, t.id, e.id, t.department_id, t.service_id,
            coalesce(e.practitioner_role_id, t.practitioner_role_id),
            CASE WHEN e.practitioner_role_id IS NULL THEN t.team_id END, coalesce(e.location_id, t.location_id), e.day,
            coalesce(e.start_time, t.start_time), coalesce(e.end_time, t.end_time), t.slot_minutes,
            coalesce(e.capacity_per_slot, t.capacity_per_slot)
        FROM schedule_exception AS e
        JOIN schedule_template AS t ON t.organization_id = e.organization_id AND t.id = e.template_id
        WHERE e.kind = 'extra' AND e.day BETWEEN in_from AND in_to AND e.organization_id = ANY (in_organizations)
            AND NOT EXISTS (SELECT FROM schedule AS d
                WHERE d.organization_id = e.organization_id AND d.exception_id = e.id)
    ), wanted AS (
        SELECT booking_new_id() AS id, p.*, o.zone, e.specialty_code
        FROM (SELECT * FROM regular UNION ALL SELECT * FROM extra) AS p
        JOIN organization AS o ON o.id = p.organization_id
        JOIN department AS e ON e.organization_id = p.organization_id AND e.id = p.department_id
    ), made AS (
        INSERT INTO schedule AS d (organization_id, id, template_id, exception_id, department_id, specialty_code,
            service_id, practitioner_role_id, team_id, location_id, day, start_at, end_at, next_number)
        SELECT w.organization_id, w.id, w.template_id, w.exception_id, w.department_id, w.specialty_code, w.service_id,
            w.practitioner_role_id, w.team_id, w.location_id, w.day, (w.day + w.start_time) AT TIME ZONE w.zone,
            (w.day + w.end_time) AT TIME ZONE w.zone, 1
        FROM wanted AS w
        ORDER BY w.exception_id NULLS FIRST, w.template_id, w.day
        -- Covers the exclusion constraints too: a session for which its doctor, team or place is taken is left out.
        ON CONFLICT DO NOTHING
        RETURNING d.organization_id, d.id, d.department_id, d.specialty_code, d.start_at, d.end_at
    ), shares AS (
        SELECT m.*, w.slot_minutes, p.pool, p.places, p.hours, p.flows_to
        FROM made AS m
        JOIN wanted AS w ON w.organization_id = m.organization_id AND w.id = m.id
        CROSS JOIN LATERAL booking_pools(w.organization_id, w.department_id, w.service_id, w.practitioner_role_id,
            w.capacity) AS p
        WHERE m.organization_id IN (SELECT q.organization_id FROM quota_rule AS q)
        UNION ALL
        SELECT m.*, w.slot_minutes, 'common', w.capacity, NULL, NULL
        FROM made AS m
        JOIN wanted AS w ON w.organization_id = m.organization_id AND w.id = m.id
        WHERE m.organization_id NOT IN (SELECT q.organization_id FROM quota_rule AS q)
    ), cut AS (
        INSERT INTO slot AS s (organization_id, id, schedule_id, department_id, specialty_code, start_at, end_at,
            capacity, taken, open, pool)
        SELECT h.organization_id, booking_new_id(), h.id, h.department_id, h.specialty_code, c.start_at,
            least(c.start_at + make_interval(mins => h.slot_minutes), h.end_at), h.places, 0, h.places > 0, h.pool
        FROM shares AS h
        CROSS JOIN LATERAL generate_series(h.start_at, h.end_at - interval '1 second',
            make_interval(mins => h.slot_minutes)) AS c (start_at)
        RETURNING s.organization_id, s.id, s.schedule_id, s.start_at, s.pool
    ), flows AS (
        INSERT INTO pool_flow (organization_id, slot_id, to_slot_id, due_at, start_at, moved)
        SELECT DISTINCT ON (c.organization_id, c.id) c.organization_id, c.id, t.id,
            c.start_at - make_interval(hours => h.hours), c.start_at, 0
        FROM shares AS h
        JOIN cut AS c ON c.organization_id = h.organization_id AND c.schedule_id = h.id AND c.pool = h.pool
        JOIN cut AS t ON t.organization_id = c.organization_id AND t.schedule_id = c.schedule_id
            AND t.start_at = c.start_at AND t.pool = ANY (h.flows_to || 'common'::text) AND t.id <> c.id
        WHERE h.hours IS NOT NULL
        ORDER BY c.organization_id, c.id, array_position(h.flows_to || 'common'::text, t.pool)
    ), counts AS (
        SELECT (SELECT count(*) FROM made)::integer AS schedules,
            (SELECT count(*) FROM cut AS c WHERE c.pool = 'common')::integer AS slots,
            (SELECT count(*) FROM wanted)::integer AS wanted
    )
    SELECT c.schedules, c.slots, c.wanted - c.schedules FROM counts AS c;
END $$;
