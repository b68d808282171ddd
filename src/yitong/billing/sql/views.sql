-- One row an account of each journal entry. Views see what whoever asks may see.
CREATE VIEW posting WITH (security_invoker = true) AS
SELECT e.organization_id, e.id AS entry_id, e.at, e.day, e.kind, e.source, e.bill_id, e.patient_id, e.event_id,
    u.line::integer AS line, u.account, split_part(u.account, ':', 1) AS account_kind, u.amount AS amount_fen
FROM journal_entry AS e, unnest(e.accounts, e.amounts) WITH ORDINALITY AS u (account, amount, line);

-- What bills come to: lines less countering lines, received less given back, and what is still open.
CREATE VIEW bill_sum WITH (security_invoker = true) AS
SELECT b.organization_id, b.id AS bill_id, b.patient_id, c.charged_fen, r.received_fen,
    c.charged_fen - r.received_fen AS outstanding_fen, c.lines
FROM bill AS b
CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.amount_fen), 0)::bigint AS charged_fen,
        (count(*) FILTER (WHERE l.counters_id IS NULL) - count(*) FILTER (WHERE l.counters_id IS NOT NULL))::integer
            AS lines
    FROM charge AS l WHERE l.organization_id = b.organization_id AND l.bill_id = b.id
) AS c
CROSS JOIN LATERAL (
    SELECT coalesce(-sum(u.amount), 0)::bigint AS received_fen
    FROM journal_entry AS e, unnest(e.accounts, e.amounts) AS u (account, amount)
    WHERE e.organization_id = b.organization_id AND e.bill_id = b.id AND e.kind NOT IN ('charge', 'counter')
        AND u.account LIKE CASE b.kind WHEN 'deposit' THEN 'deposit:%' ELSE 'patient:%' END
) AS r;
