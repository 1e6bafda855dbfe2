"""Two offices charge one fact before they share their rows: both are told, and nobody pays until one entry stands."""

import json
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from desks import Desk, copy_desk, november
from office import Office, same_tables
from offices import Run, merge, open_two
from old_keys import key_by_row

MAIN, SZ = "L-20261103-0001", "L-20261103-SZ-0001"
TOLD = f"{MAIN} and {SZ} charge one and the same fact: none is paid or counted until only one stands"


def open_complained(run: Run, folder: Path) -> Desk:
    desk = copy_desk(run, folder)
    given = ("--content", "态度差", "--caller", "李示例", "--phone", "138-0000-1001", "--staff", "pan")
    desk.do("lin", "complaint", "new", *given)
    desk.clock(3, "09:00")
    return desk


def rule(desk: Desk) -> None:
    desk.do("sup-e", "complaint", "rule", "C-20261102-0001", "--valid", "attitude", "--reason", "属实")


def propose(desk: Desk) -> str:
    return desk.act("mgr", "ledger", "propose", "--all", "--month", "2026-11", "-q").out.strip()


def approve(desk: Desk, entry: str) -> None:
    desk.do("gm", "ledger", "approve", entry, "--amount", "50", "--reason", "属实")


def read(desk: Desk, *argv: str) -> Any:
    return json.loads(desk.act("mgr", *argv, "--json").out)


def list_faults(desk: Desk) -> list[str]:
    return [each["message"] for each in read(desk, "records", "check") if each["code"] == "charged-twice"]


@pytest.fixture
def offices(run: Run, isolated: Path) -> tuple[Office, Office]:
    return open_two(run, isolated, open_complained)


def check_told(office: Office) -> None:
    """Every place names both entries."""
    assert list_faults(office) == [TOLD]
    assert office.act("mgr", "records", "check").code == 1
    (item,) = read(office, "ledger", "due")
    assert (item["entry"], item["state"]) == (MAIN, "conflict")
    entries = read(office, "ledger", "list")
    assert [(each["id"], each["state"], each["same_fact"]) for each in entries] == [
        (MAIN, "conflict", [SZ]), (SZ, "conflict", [MAIN]),
    ]  # fmt: skip
    for argv in (("ledger", "due"), ("ledger", "list"), ("show", MAIN), ("show", SZ)):
        assert f"warning: {TOLD}" in office.act("mgr", *argv).err
    for argv in (("ledger", "list"), ("why", item["key"])):
        assert "重复入账" in office.act("mgr", *argv, env={"DISPATCHCTL_LANG": "zh"}).out
    assert [read(office, "show", name)["same_fact"] for name in (MAIN, SZ)] == [[SZ], [MAIN]]
    (found,) = [each for each in read(office, "doctor") if each["what"] == "charged twice"]
    assert (found["value"], found["state"]) == (f"{MAIN}, {SZ}", "see: dispatchctl ledger list")
    assert office.act("mgr", "doctor").code == 1


def check_resolved(office: Office, entry: str, state: str) -> None:
    assert not list_faults(office)
    assert [(item["entry"], item["state"]) for item in read(office, "ledger", "due")] == [(entry, state)]
    done = office.act("mgr", "ledger", "list")
    assert "same fact" not in done.err
    (found,) = [each for each in read(office, "doctor") if each["what"] == "charged twice"]
    assert (found["value"], found["state"]) == ("none", "ok")


@pytest.mark.parametrize("sz_keys", [nullcontext, key_by_row], ids=["by fact", "SZ by row"])
def test_both_rule_and_charge(offices: tuple[Office, Office], sz_keys: Any) -> None:
    """Each ruled it too: two rows, of which one is a conflict of its own, and one fact."""
    for office, keys in zip(offices, (nullcontext, sz_keys), strict=True):
        rule(office)
        with keys():
            entry = propose(office)
        approve(office, entry)
        office.wait(minutes=1)
    merge(*offices)
    check_told(offices[sz_keys is nullcontext])
    for office in offices:
        told = office.refuse(4, "mgr", "ledger", "paid", SZ)
        assert TOLD in told
        assert f"ledger reverse {MAIN}, or ledger reverse {SZ}" in told
    main, sz = offices
    sz.do("gm", "ledger", "reverse", SZ, "--reason", "两处各提一次")
    merge(*offices)
    main.do("gm", "ledger", "paid", MAIN)
    merge(*offices)
    for office in offices:
        check_resolved(office, MAIN, "paid")
        assert read(office, "ledger", "fund")["balance"] == "50.00"
    same_tables(offices)


def test_both_propose_what_both_knew(offices: tuple[Office, Office]) -> None:
    """The ruling was shared; neither may be approved, and letting one go is the way out."""
    main, sz = offices
    rule(main)
    merge(*offices)
    for office in offices:
        propose(office)
    merge(*offices)
    check_told(main)
    for name, office in ((MAIN, main), (SZ, sz)):
        words = ("ledger", "approve", name, "--amount", "50", "--reason", "属实")
        told = office.refuse(4, "gm", *words)
        assert TOLD in told
        assert f"ledger waive {MAIN}, or ledger waive {SZ}" in told
    main.do("gm", "ledger", "waive", MAIN, "--reason", "两处各提一次")
    merge(*offices)
    approve(main, SZ)
    check_resolved(main, SZ, "approved")


def test_what_one_of_them_let_go_is_no_conflict(offices: tuple[Office, Office]) -> None:
    main, sz = offices
    rule(main)
    merge(*offices)
    for office in offices:
        propose(office)
    sz.do("gm", "ledger", "waive", SZ, "--reason", "初犯")
    merge(*offices)
    approve(main, MAIN)
    check_resolved(main, MAIN, "approved")


def test_two_arrivals_of_one_day_are_one_fact(run: Run, isolated: Path) -> None:
    """Each office noted that pan was late on the 3rd, and again on the 4th: one lateness a day, the second is fined."""
    offices = open_two(run, isolated)
    for office in offices:
        office.do("mgr", "staff", "change", "pan", "--class", "B")
        for day in (3, 4):
            office.clock(day, "09:30")
            office.do("lin", "attendance", "late", "pan", "--on", f"2026-11-{day:02}")
        office.wait(minutes=1)
    merge(*offices)
    main, _ = offices
    assert [item["key"] for item in read(main, "ledger", "due")] == ["late-b/2026-11-04/late/pan/pan"]
    done = main.act("mgr", "ledger", "propose", "--all", "-q")
    assert done.out.split() == ["L-20261104-0001"]
    assert read(main, "why", "late-b/2026-11-04/late/pan/pan")["value"]["due"]


def list_pay(desk: Desk, month: str) -> list[tuple[str, str, Decimal]]:
    """(entry, event, amount) of pan's pay that month, each."""
    (item,) = [each for each in read(desk, "appraise", "--month", month, "--pay") if each["staff"] == "pan"]
    return [(each["id"], each["event"], Decimal(each["amount"])) for each in item["pay"]["entries"]]


def test_pay_counts_none_of_them_until_one_stands(offices: tuple[Office, Office]) -> None:
    """Approved in November by both, settled in December: November pays none, December the one that stands."""
    for office in offices:
        rule(office)
        approve(office, propose(office))
        office.wait(minutes=1)
    merge(*offices)
    main, _ = offices
    main.now = november(30, "18:00")
    assert list_pay(main, "2026-11") == []
    assert f"warning: {TOLD}" in main.act("mgr", "appraise", "--month", "2026-11", "--pay").err
    main.now = "2026-12-02T09:00:00+08:00"
    main.do("gm", "ledger", "reverse", SZ, "--reason", "两处各提一次")
    main.now = "2026-12-31T09:00:00+08:00"
    assert list_pay(main, "2026-11") == []
    assert list_pay(main, "2026-12") == [(MAIN, "approved", Decimal(-50))]


def test_pay_takes_back_what_it_had_counted_before_the_other_came(offices: tuple[Office, Office]) -> None:
    """One was approved in November; the other office proposes in December, and lets it go in January."""
    main, sz = offices
    rule(main)
    merge(*offices)
    approve(main, propose(main))
    sz.now = "2026-12-02T09:00:00+08:00"
    propose(sz)
    merge(*offices)
    main.now = "2026-12-31T09:00:00+08:00"
    other = "L-20261202-SZ-0001"
    assert list_pay(main, "2026-11") == [(MAIN, "approved", Decimal(-50))]
    assert list_pay(main, "2026-12") == [(MAIN, "conflict", Decimal(50))]
    main.now = "2027-01-04T09:00:00+08:00"
    main.do("gm", "ledger", "waive", other, "--reason", "两处各提一次")
    main.now = "2027-01-31T09:00:00+08:00"
    pay = [list_pay(main, month) for month in ("2026-11", "2026-12", "2027-01")]
    assert pay[2] == [(MAIN, "approved", Decimal(-50))]
    assert sum(amount for month in pay for _, _, amount in month) == Decimal(-50)
