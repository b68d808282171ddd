"""Which organizations of the directory become members of the chain."""

from typing import get_args

import pytest

from yitong.directory.schemas import OrganizationKind
from yitong.ledger.members import KIND_OF


@pytest.mark.unit
def test_every_kind_of_organization_has_its_place_on_the_chain() -> None:
    assert set(KIND_OF) == set(get_args(OrganizationKind))
