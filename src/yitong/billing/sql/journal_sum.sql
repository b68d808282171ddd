-- What the amounts of a journal entry add up to; NULL when one of them is missing. A CHECK constraint asks it.
CREATE FUNCTION journal_sum(amounts bigint[]) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN array_position(amounts, NULL) IS NULL THEN (SELECT sum(u.amount) FROM unnest(amounts) AS u (amount)) END;
