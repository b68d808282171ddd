-- The same booking as the platform's, one request a call, as lean as it can be written: the peer that is measured against.
-- Same tables, same constraints, same indexes, same rows: the slot counted, an appointment, its history and its event.
CREATE FUNCTION lean_hold(in_slot bigint, in_patient bigint) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    s record;
    d record;
    made uuid := uuidv7();
    told uuid := uuidv7();
    expires timestamptz := now() + interval '10 minutes';
BEGIN
    UPDATE slot SET taken = taken + 1, open = taken + 1 < capacity,
        reopens_at = CASE WHEN taken + 1 >= capacity THEN expires END
    WHERE organization_id = bench_id(1, in_slot / (SELECT per_organization FROM lean_plan)) AND id = bench_id(4, in_slot)
        AND taken < capacity
    RETURNING * INTO s;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO d FROM schedule WHERE organization_id = s.organization_id AND id = s.schedule_id;
    INSERT INTO appointment (organization_id, id, slot_id, schedule_id, department_id, service_id, practitioner_role_id,
        patient_id, day, start_at, end_at, state, version, channel, fee_fen, booked_by, idempotency_key, hold_expires_at,
        created_at)
    VALUES (s.organization_id, made, s.id, s.schedule_id, s.department_id, d.service_id, d.practitioner_role_id,
        bench_id(5, in_patient), d.day, s.start_at, s.end_at, 'held', 1, 'h5', 5000, bench_id(6, in_patient), made,
        expires, now());
    INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
    VALUES (s.organization_id, made, 1, 'appointment', 'new', 'held', told);
    INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id, patient_id,
        payload)
    VALUES (s.organization_id, told, now(), 'booking:appointment:held', 'citizen', bench_id(6, in_patient),
        'booking:appointment:hold', 'appointment', made, bench_id(5, in_patient),
        jsonb_build_object('slot_id', s.id, 'schedule_id', s.schedule_id, 'department_id', s.department_id,
            'start_at', s.start_at));
    RETURN made;
END $$;

CREATE FUNCTION lean_confirm(in_slot bigint, in_id uuid) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    in_organization uuid := bench_id(1, in_slot / (SELECT per_organization FROM lean_plan));
    a record;
    given integer;
    told uuid := uuidv7();
BEGIN
    SELECT * INTO a FROM appointment WHERE organization_id = in_organization AND id = in_id;
    UPDATE schedule SET next_number = next_number + 1 WHERE organization_id = in_organization AND id = a.schedule_id
    RETURNING next_number - 1 INTO given;
    UPDATE appointment SET state = 'booked', number = given, hold_expires_at = NULL, version = version + 1
    WHERE organization_id = in_organization AND id = in_id AND state = 'held' AND hold_expires_at > now();
    -- A full slot says anew when the first of its holds runs out. The platform locks the slot for that; this does not.
    UPDATE slot SET reopens_at = (SELECT min(h.hold_expires_at) FROM appointment AS h
        WHERE h.organization_id = in_organization AND h.slot_id = a.slot_id AND h.state = 'held')
    WHERE organization_id = in_organization AND id = a.slot_id AND NOT open;
    INSERT INTO transition (organization_id, subject_id, sequence, machine, from_state, to_state, event_id)
    VALUES (in_organization, in_id, a.version + 1, 'appointment', 'held', 'booked', told);
    INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id, patient_id,
        payload)
    VALUES (in_organization, told, now(), 'booking:appointment:booked', 'citizen', a.booked_by,
        'booking:appointment:confirm', 'appointment', in_id, a.patient_id,
        jsonb_build_object('slot_id', a.slot_id, 'schedule_id', a.schedule_id, 'department_id', a.department_id,
            'start_at', a.start_at, 'number', given));
    RETURN given;
END $$;
