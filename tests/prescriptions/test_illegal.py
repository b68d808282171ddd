"""The table of illegal prescriptions: each is refused with the rule's source; its legal neighbours pass."""

from typing import Any

import pytest

from prescriptions.cases import case, table
from yitong.prescriptions.rules.check import check, in_the_way
from yitong.prescriptions.rules.sources import TITLES, Source
from yitong.prescriptions.rules.verdicts import RULES

pytestmark = pytest.mark.unit
ILLEGAL, LEGAL = table("illegal"), table("legal")


@pytest.mark.parametrize("row", ILLEGAL, ids=[row["case"] for row in ILLEGAL])
def test_an_illegal_prescription_is_refused_with_its_source(row: dict[str, Any]) -> None:
    found = in_the_way(check(case(row)), ())
    fitting = [one for one in found if one.code == row["expect"]]
    assert fitting, [(one.code, one.message.zh) for one in found]
    for one in fitting:
        assert one.source == row["source"]
        assert one.source_title == TITLES[Source(row["source"])]
        assert one.message.zh
        assert one.message.en
        assert "{" not in one.message.zh + one.message.en


@pytest.mark.parametrize("row", LEGAL, ids=[row["case"] for row in LEGAL])
def test_a_legal_neighbour_passes(row: dict[str, Any]) -> None:
    found = in_the_way(check(case(row)), row.get("reasons", ()))
    assert [(one.code, one.message.zh) for one in found] == []


def test_the_table_is_large_and_reaches_every_rule_that_refuses() -> None:
    assert len(ILLEGAL) >= 60
    stops = {code for code, one in RULES.items() if one.level == "stop"}
    assert stops - {row["expect"] for row in ILLEGAL} - {"limits.untold"} == set()
