"""Identity: using up card codes, many in one call; the terminals' own key leaves, as offline keys are derived by the day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Runs with its owner's rights, so that a terminal, who may read no patient's rows, can have exactly this one question
# answered. The service has checked each actor's grant and each code's signature and window before it calls. Codes are
# inserted in one order, so that two batches with the same codes wait for each other and never in a circle. A request
# that was carried out already under the same event id (its batch was asked again after a broken connection) is told so.
_ARGUMENTS = (
    "p_ecards text[], p_nonces bytea[], p_expires timestamptz[], p_events uuid[], p_organizations uuid[],"
    " p_kinds text[], p_actors uuid[], p_payloads text[], p_now timestamptz, p_region text, p_action text, p_type text"
)
_USE_CARD_CODES = f"""
CREATE FUNCTION use_card_codes({_ARGUMENTS})
RETURNS TABLE (ord bigint, outcome text, patient_id uuid, name_sealed text, sex text, birth_date date, id_kind text,
               value_sealed text, zone text)
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  WITH known AS MATERIALIZED (
    SELECT a.*, c.patient_id AS holder, c.state AS card_state
    FROM unnest(p_ecards, p_nonces, p_expires, p_events, p_organizations, p_kinds, p_actors, p_payloads)
         WITH ORDINALITY AS a (ecard, nonce, expires, event, organization, kind, actor, payload, ord)
    LEFT JOIN health_card c ON c.ecard_id = a.ecard
  ), fresh AS MATERIALIZED (
    SELECT DISTINCT ON (k.nonce) k.nonce, k.expires, k.ord FROM known k
    WHERE k.card_state = 'active' AND k.nonce IS NOT NULL ORDER BY k.nonce, k.ord
  ), used AS (
    INSERT INTO used_card_code (nonce_hash, expires_at) SELECT f.nonce, f.expires FROM fresh f ORDER BY f.nonce
    ON CONFLICT DO NOTHING RETURNING nonce_hash
  ), won AS MATERIALIZED (
    SELECT k.* FROM known k WHERE k.card_state = 'active' AND (k.nonce IS NULL OR k.ord IN (
      SELECT f.ord FROM fresh f JOIN used u ON u.nonce_hash = f.nonce))
  ), logged AS (
    INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id,
                       patient_id, payload)
    SELECT w.organization, w.event, p_now, p_type, w.kind, w.actor, p_action, 'health_card', w.holder, w.holder,
           w.payload::jsonb FROM won w
  )
  SELECT k.ord, o.outcome, p.id, p.name_sealed, p.sex, p.birth_date, d.kind, d.value_sealed,
         (SELECT r.zone FROM region r WHERE r.code = p_region)
  FROM known k
  CROSS JOIN LATERAL (SELECT CASE
    WHEN k.holder IS NULL THEN 'unknown'
    WHEN k.card_state <> 'active' THEN 'frozen'
    WHEN k.ord IN (SELECT w.ord FROM won w) THEN 'used'
    WHEN EXISTS (SELECT FROM event e WHERE e.organization_id = k.organization AND e.id = k.event) THEN 'used'
    ELSE 'replayed' END AS outcome) o
  LEFT JOIN patient p ON p.id = k.holder AND o.outcome = 'used'
  LEFT JOIN LATERAL (SELECT i.kind, i.value_sealed FROM patient_identifier i WHERE i.patient_id = p.id
                     ORDER BY i.kind, i.created_at LIMIT 1) d ON true
$$
"""


def upgrade() -> None:
    op.drop_column("terminal", "offline_key_sealed")
    op.execute(_USE_CARD_CODES)
    op.execute(f"REVOKE ALL ON FUNCTION use_card_codes({_types()}) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION use_card_codes({_types()}) TO yitong_app")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION use_card_codes({_types()})")
    op.add_column("terminal", sa.Column("offline_key_sealed", sa.Text(), nullable=False, server_default=""))


def _types() -> str:
    return ", ".join(argument.split()[1] for argument in _ARGUMENTS.split(","))
