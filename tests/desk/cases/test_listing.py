"""Lists of cases: each condition narrows, texts are searched as they stand, and nothing else is taken for a pattern."""

import pytest
from desks import Desk


def fill(desk: Desk) -> None:
    """Four orders: two of plumbing (one dispatched), one with a text full of wildcards, one cancelled."""
    desk.take()
    desk.send(desk.take(content="水管 100% 漏"), "pan")
    desk.take(service="electrical", content="灯_坏\\了")
    gone = desk.take(service="electrical", content="灯坏")
    desk.do("lin", "cancel", gone, "--reason", "自行解决")


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ((), "1234"),
        (("--state", "dispatched"), "2"),
        (("--state", "cancelled"), "4"),
        (("--state", "done"), ""),
        (("--where", "service=electrical"), "34"),
        (("--where", "service=electrical", "--state", "cancelled"), "4"),
        (("--where", "priority=normal", "--where", "service=plumbing"), "12"),
        (("--where", "appointment_at="), "1234"),
        (("--where", "service="), ""),
        (("--search", "漏"), "12"),
        (("--search", "100%"), "2"),
        (("--search", "%"), "2"),
        (("--search", "_"), "3"),
        (("--search", "\\"), "3"),
        (("--search", "0003"), "3"),
        (("--since", "2026-11-02", "--until", "2026-11-02"), "1234"),
        (("--since", "2026-11-03"), ""),
        (("--limit", "2"), "12"),
        (("--limit", "2", "--sort", "-id"), "43"),
    ],
)
def test_each_condition_narrows(desk: Desk, options: tuple[str, ...], numbers: str) -> None:
    fill(desk)
    assert "".join(item["id"][-1] for item in desk.do("lin", "list", "orders", *options)) == numbers


@pytest.mark.parametrize(
    ("options", "place"),
    [
        (("--state", "offen"), "--state"),
        (("--where", "service"), "--where"),
        (("--where", "servise=plumbing"), "--where"),
        (("--sort", "nofield", "--limit", "1"), "--sort"),
        (("--fields", "nofield", "-q"), "--fields"),
        (("-q", "--now", "2026-13-01"), "--now"),
        (("--contact", ""), "--contact"),
        (("--search", " "), "--search"),
    ],
)
def test_what_is_not_there_is_refused_whatever_is_printed(desk: Desk, options: tuple[str, ...], place: str) -> None:
    fill(desk)
    done = desk.act("lin", "list", "orders", *options)
    assert (done.code, done.out) == (2, "")
    assert place in done.err


def test_who_asks_must_be_somebody(desk: Desk) -> None:
    assert desk.act("s99", "list", "-q").code == 3
    assert desk.act("system", "list", "-q").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("new-order", "--service", "plumbing", "--service", "electrical", "--kind", "inquiry", "--content", "x"),
        ("list", "--state", "open", "--state", "pool"),
        ("overdue", "--owner", "pan", "--owner", "shui"),
        ("staff", "change", "pan", "--department", "desk", "--department", "engineering"),
    ],
)
def test_an_option_given_twice_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    assert "is given twice" in desk.refuse(2, "mgr", *words)
    assert desk.act("mgr", "list", "--format", "json", "--format", "csv").out.startswith("id,"), "an alias is overruled"


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("status", "--fields", "nosuch"), "--fields"),
        (("status", "--sort", "nosuch"), "--sort"),
        (("show", "O-20261102-0001", "--sort", "nosuch"), "--sort"),
        (("due", "O-20261102-0001", "--explain", "--sort", "nosuch"), "--sort"),
        (("report", "monthly", "-o", "a.csv", "--fields", "value"), "--fields"),
        (("report", "monthly", "-o", "a.csv", "--sort", "value"), "--sort"),
        (("report", "monthly", "-o", "a.md", "--format", "csv"), "--format"),
        (("policy", "check", "--now", "junk"), "--now"),
        (("records", "check", "--now", "junk"), "--now"),
        (("policy", "check", "--as-of", "junk"), "--as-of"),
    ],
)
def test_what_a_command_has_no_use_for_is_refused(desk: Desk, words: tuple[str, ...], place: str) -> None:
    desk.take()
    assert place in desk.act("mgr", *words).err
    assert desk.act("mgr", *words).code == 2
    assert not (desk.folder / "a.csv").exists()


def test_a_trial_says_that_it_was_one(desk: Desk) -> None:
    done = desk.act("lin", "new-order", "--kind", "inquiry", "--content", "几点下班", "-n")
    assert done.err == "--dry-run: nothing was recorded\n"
    assert desk.rows("orders") == []


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--where", "service=给排水维修"), "12"),
        (("--where", "department=工程部"), "1234"),
        (("--where", "priority=urgent"), ""),
        (("--where", "worker=潘示例"), ""),
        (("--where", "worker=shui"), ""),
        (("--contact", "138-0000-0001"), "1234"),
        (("--contact", "13800000001"), "1234"),
        (("--search", "没有这样的话"), ""),
    ],
)
def test_what_is_known_and_unused_is_an_empty_list(desk: Desk, options: tuple[str, ...], numbers: str) -> None:
    fill(desk)
    assert "".join(item["id"][-1] for item in desk.do("lin", "list", "orders", *options)) == numbers


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("list", "--where", "service=plumbin"), "nearest: plumbing"),
        (("list", "--where", "priority=nosuch"), "no such priority"),
        (("list", "--where", "worker=s99"), "no such person"),
        (("list", "--where", "about=O-20261102-0099"), ""),
        (("list", "--contact", "138-0000-9999"), "no such contact"),
        (("list", "--contact", "P-20261102-0099"), "no such contact"),
        (("overdue", "--owner", "nobody"), "no such person"),
        (("overdue", "--service", "nosuch"), "no such service"),
        (("report", "monthly", "--drill", "nosuch"), "no such"),
        (("report", "monthly", "--drill", "on_time", "--person", "nobody"), "no such person"),
    ],
)
def test_what_is_unknown_is_never_an_empty_list(desk: Desk, words: tuple[str, ...], told: str) -> None:
    fill(desk)
    done = desk.act("mgr", *words)
    if words[-1].startswith("about="):  # a text, which anything may be
        assert (done.code, done.out) == (0, "")
        return
    assert (done.code, done.out) == (3, "")
    assert told in done.err


def test_a_key_that_the_rules_no_longer_have_is_found_where_it_stands(desk: Desk) -> None:
    fill(desk)
    desk.edit_rules((r"(?m)^  electrical:", "  electric:"))
    assert len(desk.do("mgr", "list", "--where", "service=electrical")) == 2


def test_a_list_holds_its_items_one_by_one(desk: Desk) -> None:
    words = ("--content", "慢", "--caller", "张示例", "--phone", "138-0000-0001")
    desk.do("lin", "complaint", "new", *words, "--department", "engineering", "--department", "desk")
    for value, count in (("desk", 1), ("工程部", 1), ("engineering", 1), ("cleaning", 0)):
        assert len(desk.do("lin", "list", "complaints", "--where", f"departments={value}")) == count


def test_a_person_is_found_by_name(desk: Desk) -> None:
    fill(desk)
    for who, count in (("潘示例", 1), ("pan", 1), ("水示例", 0)):
        assert len(desk.do("lin", "list", "assignments", "--where", f"assignee={who}")) == count


def test_a_role_owes_by_its_key_and_its_title(desk: Desk) -> None:
    for role in ("manager", "经理"):
        assert desk.act("mgr", "overdue", "--owner", role).code == 0


def test_a_list_finds_an_old_key_among_several_and_a_time_as_it_stands(desk: Desk) -> None:
    desk.edit_rules((r"(?m)^(  engineering:)", r"  workshop: {title: 车间}\n\1"))
    words = ("--content", "慢", "--caller", "张示例", "--phone", "138-0000-0001")
    desk.do("lin", "complaint", "new", *words, "--department", "workshop", "--department", "desk")
    order = desk.take(appointment="2026-11-03T09:00")
    stands = desk.show(order)["appointment_at"]
    for text in (stands, "2026-11-03T09:00", "2026-11-03T01:00Z"):
        assert len(desk.do("lin", "list", "orders", "--where", f"appointment_at={text}")) == 1, text
    desk.edit_rules((r"(?m)^  workshop: {title: 车间}\n", ""))
    assert len(desk.do("mgr", "list", "complaints", "--where", "departments=workshop")) == 1
    assert desk.act("mgr", "list", "complaints", "--where", "departments=worksho").code == 3


@pytest.mark.clause("PR-7")
def test_of_an_address_an_area_is_shown_that_it_begins_with(desk: Desk) -> None:
    desk.take(address="3号楼2单元501")
    desk.take(address="示例花园别墅甲座", area="tower-3")
    assert [each["contact"]["address"] for each in desk.do("pan", "list")] == ["3号楼***", "示例***"]
    desk.edit_rules((r"(?m)^areas:\n(  .*\n)+", ""))  # then any text is an area, and the contact's own counts
    desk.take(address="示例花园别墅乙座", area="示例花园")
    shown = [each["contact"]["address"] for each in desk.do("pan", "list")]
    assert shown == ["3号***", "示例***", "示例花园***"]


def test_an_empty_list_has_the_keys_of_a_full_one(desk: Desk) -> None:
    order = desk.take()
    for register in ("orders", "audit"):
        empty = desk.act("lin", "list", register, "--search", "没有", "--format", "csv").out
        if register == "audit":
            desk.do("lin", "show", order, "--reveal", "--reason", "上门前联系业主")
        full = desk.act("lin", "list", register, "--format", "csv").out
        assert empty.strip().split(",") == full.split("\n")[0].strip().split(","), register


def test_an_item_is_the_whole_item_letter_for_letter(desk: Desk) -> None:
    desk.do("mgr", "staff", "change", "pan", "--skill", "a;b", "--skill", "c\\\\", "--skill", "100%")
    found = {
        text: [each["id"] for each in desk.do("mgr", "list", "staff", "--where", f"skills={text}")]
        for text in ("a;b", "b", "a", "c\\\\", "c", "100%", "10%", "PLUMBING", "plumbing")
    }
    assert {text: ids for text, ids in found.items() if ids} == {
        **{text: ["pan"] for text in ("a;b", "c\\\\", "100%")},
        "plumbing": ["shui"],
    }


def test_a_moment_is_found_whatever_offset_it_stands_with(desk: Desk) -> None:
    order = desk.take(appointment="2026-11-03T09:00")
    desk.edit_rules((r"(?m)^  timezone: .*", "  timezone: UTC"))
    for text in ("2026-11-03T01:00Z", "2026-11-03T09:00+08:00", "2026-11-03T01:00"):
        found = desk.do("lin", "list", "orders", "--where", f"appointment_at={text}")
        assert [each["id"] for each in found] == [order], text
