"""Identity: using up a card code in one call; the terminals' own key leaves, as offline keys are derived by the day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Runs with its owner's rights, so that a terminal, who may read no patient's rows, can have exactly this one question
# answered. The service has checked the actor's grant and the code's signature and window before it calls.
_ARGUMENTS = (
    "p_ecard text, p_nonce bytea, p_expires timestamptz, p_now timestamptz, p_event uuid, p_organization uuid,"
    " p_region text, p_actor_kind text, p_actor uuid, p_action text, p_type text, p_payload jsonb"
)
_USE_CARD_CODE = f"""
CREATE FUNCTION use_card_code({_ARGUMENTS})
RETURNS TABLE (outcome text, patient_id uuid, name_sealed text, phone_sealed text, sex text, birth_date date,
               id_kind text, value_sealed text, zone text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
#variable_conflict use_column
DECLARE
  holder uuid;
  card_state text;
BEGIN
  SELECT c.patient_id, c.state INTO holder, card_state FROM health_card c WHERE c.ecard_id = p_ecard;
  IF holder IS NULL THEN
    RETURN QUERY SELECT 'unknown', NULL::uuid, NULL, NULL, NULL, NULL::date, NULL, NULL, NULL;
    RETURN;
  END IF;
  IF card_state <> 'active' THEN
    RETURN QUERY SELECT 'frozen', NULL::uuid, NULL, NULL, NULL, NULL::date, NULL, NULL, NULL;
    RETURN;
  END IF;
  IF p_nonce IS NOT NULL THEN
    INSERT INTO used_card_code (nonce_hash, expires_at) VALUES (p_nonce, p_expires) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      RETURN QUERY SELECT 'replayed', NULL::uuid, NULL, NULL, NULL, NULL::date, NULL, NULL, NULL;
      RETURN;
    END IF;
  END IF;
  INSERT INTO event (organization_id, id, at, type, actor_kind, actor_id, action, subject_type, subject_id,
                     patient_id, payload)
  VALUES (p_organization, p_event, p_now, p_type, p_actor_kind, p_actor, p_action, 'health_card', holder, holder,
          p_payload);
  RETURN QUERY
    SELECT 'used', p.id, p.name_sealed, p.phone_sealed, p.sex, p.birth_date, d.kind, d.value_sealed,
           (SELECT r.zone FROM region r WHERE r.code = p_region)
    FROM patient p
    LEFT JOIN LATERAL (SELECT i.kind, i.value_sealed FROM patient_identifier i WHERE i.patient_id = p.id
                       ORDER BY i.kind, i.created_at LIMIT 1) d ON true
    WHERE p.id = holder;
END $$
"""


def upgrade() -> None:
    op.drop_column("terminal", "offline_key_sealed")
    op.execute(_USE_CARD_CODE)
    op.execute(f"REVOKE ALL ON FUNCTION use_card_code({_types()}) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION use_card_code({_types()}) TO yitong_app")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION use_card_code({_types()})")
    op.add_column("terminal", sa.Column("offline_key_sealed", sa.Text(), nullable=False, server_default=""))


def _types() -> str:
    return ", ".join(argument.split()[1] for argument in _ARGUMENTS.split(","))
