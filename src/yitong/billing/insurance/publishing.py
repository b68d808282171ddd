"""The rules that ship with the package as rows of the tables, for a region that begins with them."""

from typing import Any

import msgspec

from yitong.billing.insurance.facts import published_policy


def published_rows() -> dict[str, list[dict[str, Any]]]:
    """Rows by table."""
    policy = published_policy()
    tables = {
        "insurance_item": policy.catalogue,
        "insurance_benefit": policy.benefits,
        "insurance_step": policy.steps,
        "insurance_supplement": policy.supplements,
        "insurance_account_rule": policy.accounts,
    }
    return {table: [msgspec.structs.asdict(row) for row in rows] for table, rows in tables.items()}
