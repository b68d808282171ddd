-- A region for measurements, made in one go: organizations × departments × days, two sessions of seven half hours each.
-- One in so many slots is full when ``one_in_gone`` says so. Ids are made from numbers, so that a load generator can name a row without asking for it.
CREATE FUNCTION bench_id(kind integer, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
$$;

CREATE FUNCTION bench_lay_out(
    organizations integer, departments integer, days integer, in_capacity integer, first_day date,
    one_in_gone integer DEFAULT 0
) RETURNS bigint LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO region VALUES ('110000', '测量区', 'Bench region', 'Asia/Shanghai', bench_id(1, 0));
    INSERT INTO specialty (code, name, name_en, pinyin) SELECT 'S' || k, '专科' || k, 'Specialty ' || k, 'zk'
    FROM generate_series(0, departments - 1) AS k;
    INSERT INTO organization (id, region_code, kind, code, name, name_en, short_name, pinyin, grade, district, address,
        phone, latitude, longitude, zone, active)
    SELECT bench_id(1, o), '110000', 'hospital', 'H' || o, '第' || o || '医院', 'Hospital ' || o, '医院' || o, 'yy',
        '三级甲等', '测量区', '测量路 ' || o || ' 号', '', 39.5 + (o * 37 % 100) / 100.0, 116 + (o * 61 % 100) / 100.0,
        'Asia/Shanghai', true
    FROM generate_series(0, organizations - 1) AS o;
    INSERT INTO department (organization_id, id, code, name, name_en, pinyin, specialty_code, kind, location_text)
    SELECT bench_id(1, o), bench_id(2, o * departments + k), 'D' || k, '专科' || k, 'Department ' || k, 'zk', 'S' || k,
        'outpatient', ''
    FROM generate_series(0, organizations - 1) AS o, generate_series(0, departments - 1) AS k;
    INSERT INTO healthcare_service (organization_id, id, department_id, kind, name, name_en, fee_fen, slot_minutes, active)
    SELECT organization_id, id, id, 'expert', '专家门诊', 'Expert clinic', 5000, 30, true FROM department;
    INSERT INTO practitioner (id, name, pinyin, gender, licence_no, introduction, introduction_en)
    SELECT id, '王医生', 'wys', 'male', id::text, '', '' FROM department;
    INSERT INTO practitioner_role (organization_id, id, practitioner_id, department_id, role, title, title_en,
        specialty_text, active)
    SELECT organization_id, id, id, id, 'doctor', '主任医师', 'Chief Physician', '', true FROM department;
    INSERT INTO location (organization_id, id, department_id, kind, name, name_en, building, floor)
    SELECT organization_id, id, id, 'room', '201 诊室', 'Room 201', '门诊楼', 2 FROM department;
    -- Without the foreign keys' check of each row: millions of rows that are right by construction.
    SET LOCAL session_replication_role = replica;
    INSERT INTO schedule (organization_id, id, department_id, specialty_code, service_id, practitioner_role_id,
        location_id, day, start_at, end_at, next_number)
    SELECT bench_id(1, o), bench_id(3, ((o * departments + k) * days + d) * 2 + h), bench_id(2, o * departments + k),
        'S' || k, bench_id(2, o * departments + k), bench_id(2, o * departments + k), bench_id(2, o * departments + k),
        first_day + d, (first_day + d + time '08:00' + h * interval '5 hours') AT TIME ZONE 'Asia/Shanghai',
        (first_day + d + time '11:30' + h * interval '5 hours') AT TIME ZONE 'Asia/Shanghai', 1
    FROM generate_series(0, organizations - 1) AS o, generate_series(0, departments - 1) AS k,
        generate_series(0, days - 1) AS d, generate_series(0, 1) AS h;
    -- Names and times are made once a session, not once a slot; slots come in the order of their key.
    WITH session AS MATERIALIZED (
        SELECT n, bench_id(1, o) AS organization_id, bench_id(3, n) AS id, bench_id(2, o * departments + k) AS department_id,
            'S' || k AS specialty_code,
            (first_day + d + time '08:00' + h * interval '5 hours') AT TIME ZONE 'Asia/Shanghai' AS start_at
        FROM generate_series(0, organizations - 1) AS o, generate_series(0, departments - 1) AS k,
            generate_series(0, days - 1) AS d, generate_series(0, 1) AS h,
            LATERAL (SELECT ((o * departments + k) * days + d) * 2 + h AS n) AS numbered
    )
    INSERT INTO slot (organization_id, id, schedule_id, department_id, specialty_code, start_at, end_at, capacity, taken,
        open)
    SELECT organization_id, bench_id(4, n * 7 + s), id, department_id, specialty_code,
        start_at + s * interval '30 minutes', start_at + (s + 1) * interval '30 minutes',
        in_capacity, CASE WHEN gone THEN in_capacity ELSE 0 END, NOT gone
    FROM session, generate_series(0, 6) AS s,
        LATERAL (SELECT one_in_gone > 0 AND mod(hashint8(n * 7 + s), greatest(one_in_gone, 1)) = 0 AS gone) AS filled;
    GET DIAGNOSTICS made = ROW_COUNT;
    SET LOCAL session_replication_role = origin;
    RETURN made;
END $$;
