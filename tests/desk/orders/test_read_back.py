"""What new-order reads back: the caller's own words as typed; what only the contacts know, whole for few."""

import json

import pytest
from desks import CALL, Desk, option_pairs

AGAIN = {**CALL, "caller": None, "address": None, "content": "又漏了"}  # the rest is found by the phone
WHOLE = "来电人张示例，电话138-0000-0001，地址3号楼2单元501，"
MASKED = "来电人张**，电话138-0000-0001，地址3号楼***，"  # the phone was typed


@pytest.fixture
def known(desk: Desk) -> Desk:
    """A desk that CALL came to before."""
    desk.take()
    return desk


def read_back(desk: Desk, who: str, *extra: str, **given: str | None) -> str:
    return str(desk.do(who, "new-order", *option_pairs({**AGAIN, **given}), *extra)["read_back"])


@pytest.mark.clause("PR-7", "XX-1.9", "FW-3.2")
@pytest.mark.parametrize(
    ("who", "told"),
    [("lin", WHOLE), ("sup-d", WHOLE), ("mgr", WHOLE), ("gm", WHOLE), ("pan", MASKED), ("wai", MASKED)],
)
def test_who_may_reveal_contacts_hears_a_found_one_whole(known: Desk, who: str, told: str) -> None:
    assert read_back(known, who).startswith(told)


@pytest.mark.clause("PR-7")
@pytest.mark.parametrize("who", ["lin", "mgr", "pan"])
def test_a_try_leaves_no_row_and_so_shows_nothing_whole(known: Desk, who: str) -> None:
    assert read_back(known, who, "--dry-run").startswith(MASKED)


@pytest.mark.clause("PR-7")
def test_the_row_of_the_order_tells_who_saw_whom(known: Desk) -> None:
    read_back(known, "sup-d")
    first, again = known.rows("orders")
    assert (again["by"], again["contact_id"]) == ("sup-d", first["contact_id"])


def test_the_rules_in_force_say_who_that_is(known: Desk) -> None:
    known.edit_rules((r"(?m)^  reveal: \[desk, supervisor\]", "  reveal: [supervisor]"))
    assert read_back(known, "lin").startswith(MASKED)
    assert read_back(known, "sup-d").startswith(WHOLE)


def test_what_was_typed_is_read_back_to_anybody(known: Desk) -> None:
    assert read_back(known, "pan", "--dry-run", **CALL).startswith(WHOLE)
    assert read_back(known, "pan", caller=CALL["caller"]).startswith("来电人张示例，电话138-0000-0001，地址3号楼***，")
    assert read_back(known, "pan", phone="138 0000 0001").startswith("来电人张**，电话138 0000 0001，")


def test_with_a_file_nobody_is_on_the_phone(known: Desk) -> None:
    row = {name: text for name, text in AGAIN.items() if text}
    (taken,) = known.do("lin", "new-order", "--from", "-", input=json.dumps(row, ensure_ascii=False))
    assert taken["read_back"].startswith(MASKED)
