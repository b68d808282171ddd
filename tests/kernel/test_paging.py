"""Cursors say where a page begins, and only ours are taken."""

import base64

import pytest

from yitong.kernel.ids import UUID, new_id
from yitong.kernel.paging import cursor_of, keys_of
from yitong.kernel.problems import Problem

pytestmark = pytest.mark.unit


def test_there_and_back() -> None:
    key = new_id()
    assert keys_of(cursor_of("甲", key, 3), tuple[str, UUID, int]) == ("甲", key, 3)
    assert keys_of(None, tuple[str]) is None
    assert keys_of("", tuple[str]) is None


@pytest.mark.parametrize(
    "cursor", ["nonsense", "AAAA", "é", base64.urlsafe_b64encode(b'{"a":1}').decode(), cursor_of(1)]
)
def test_a_strange_cursor_is_a_problem_of_its_field(cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        keys_of(cursor, tuple[str, UUID])
    assert caught.value.code == "validation-failed"
    assert caught.value.members["errors"][0].field == "cursor"
