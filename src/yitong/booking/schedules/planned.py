"""What the weekly rules and their exceptions ask for on given days and what has not been made of it."""

# One row a session that is still to be made, as the generation would make it (:organization, :first, :last).
PLANNED = """
WITH planned AS (
    SELECT t.organization_id, t.id AS template_id, NULL::uuid AS exception_id, t.department_id, t.service_id,
        g.day::date AS day,
        coalesce(x.practitioner_role_id, t.practitioner_role_id) AS role,
        CASE WHEN x.practitioner_role_id IS NULL THEN t.team_id END AS team,
        coalesce(x.location_id, t.location_id) AS location,
        coalesce(x.start_time, t.start_time) AS begins, coalesce(x.end_time, t.end_time) AS ends,
        t.slot_minutes, coalesce(x.capacity_per_slot, t.capacity_per_slot) AS places
    FROM schedule_template AS t
    JOIN generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS g (day)
        ON extract(isodow FROM g.day) = t.weekday
        AND g.day >= t.valid_from AND (t.valid_to IS NULL OR g.day <= t.valid_to)
    LEFT JOIN LATERAL (
        SELECT e.* FROM schedule_exception AS e
        WHERE e.organization_id = t.organization_id AND e.template_id = t.id AND e.day = g.day::date
            AND e.kind IN ('stop', 'change')
        ORDER BY e.created_at DESC, e.id DESC LIMIT 1
    ) AS x ON true
    WHERE t.active AND t.organization_id = :organization AND x.kind IS DISTINCT FROM 'stop'
        AND NOT EXISTS (SELECT FROM schedule AS d WHERE d.organization_id = t.organization_id
            AND d.template_id = t.id AND d.day = g.day::date AND d.exception_id IS NULL)
    UNION ALL
    SELECT t.organization_id, t.id, e.id, t.department_id, t.service_id, e.day,
        coalesce(e.practitioner_role_id, t.practitioner_role_id),
        CASE WHEN e.practitioner_role_id IS NULL THEN t.team_id END, coalesce(e.location_id, t.location_id),
        coalesce(e.start_time, t.start_time), coalesce(e.end_time, t.end_time), t.slot_minutes,
        coalesce(e.capacity_per_slot, t.capacity_per_slot)
    FROM schedule_exception AS e
    JOIN schedule_template AS t ON t.organization_id = e.organization_id AND t.id = e.template_id
    WHERE e.kind = 'extra' AND e.day BETWEEN CAST(:first AS date) AND CAST(:last AS date)
        AND e.organization_id = :organization AND NOT EXISTS (SELECT FROM schedule AS d
            WHERE d.organization_id = e.organization_id AND d.exception_id = e.id)
)
"""
