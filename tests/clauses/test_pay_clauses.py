"""What may be taken off a month's wage: a fifth of it for losses, and never so much that less than the minimum is left.

By the shipped rules: `pay: {compensation_share: 0.2, minimum_wage: 1950.00}`. pan has done nothing in the month, so his
wage is what private/pay.csv says.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from desks import Desk, november

BECAUSE = ("--reason", "情况属实")
CITED = "(ZF-16)\n"


def pay(desk: Desk, base: str = "4000.00", *more: str) -> Path:
    """The private pay lines: pan's base wage and further lines."""
    path = desk.folder / "records" / "private" / "pay.csv"
    path.parent.mkdir(mode=0o770, exist_ok=True)
    lines = ("staff,from,line,amount", *([f"pan,2026-01,base,{base}"] if base else []), *more)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def charge(desk: Desk, amount: str, rule: str = "negligence", who: str = "mgr") -> tuple[dict[str, Any], str]:
    """Charge pan with an amount and approve it: what approve prints in json, and what it says on stderr."""
    entry = desk.do("sup-d", "ledger", "propose", "--rule", rule, "--staff", "pan", *BECAUSE)["id"]
    proof = desk.folder / "invoice.txt"
    proof.write_text("冲击钻", encoding="utf-8")
    words = ("ledger", "approve", entry, "--amount", amount, *BECAUSE, "--attach", str(proof))
    done = desk.act(who, *words, "--json")
    assert done.code == 0, done.err
    item = json.loads(done.out)
    assert "".join(f"warning: {each}\n" for each in item["warnings"]) == done.err
    return item, done.err


def paid(desk: Desk, month: str = "2026-11") -> tuple[dict[str, Any], str]:
    """pan's pay lines of a month, and what is said on stderr."""
    done = desk.act("mgr", "appraise", "--staff", "pan", "--month", month, "--pay", "--json")
    assert done.code == 0, done.err
    lines = json.loads(done.out)[0]["pay"]
    assert "".join(f"warning: {each}\n" for each in lines["warnings"]) == done.err
    return lines, done.err


@pytest.mark.clause("KZ-8.14")
@pytest.mark.parametrize(("amount", "over"), [("800.00", False), ("800.01", True), ("1000.00", True)])
def test_of_losses_a_fifth_of_the_wage_may_be_taken_to_the_fen(desk: Desk, amount: str, over: bool) -> None:
    pay(desk)  # 4000.00 x 0.2 = 800.00
    item, told = charge(desk, amount)
    assert (item["event"], item["amount"]) == ("approved", amount), "a warning stops nothing"
    assert bool(told) is over
    assert paid(desk)[1] == told, "and the month says the same"
    if amount == "1000.00":  # 1000 / 4000 = 25 %; 4000 - 1000 = 3000
        assert told == (
            f"warning: pan 2026-11: 1000.00 for losses is 25.00 % of the wage, 4000.00; no more than 20 %, 800.00,"
            f" may be taken off; 3000.00 would be left {CITED}"
        )


@pytest.mark.clause("KZ-8.9")
def test_what_is_approved_in_a_month_adds_up_and_the_next_begins_anew(desk: Desk) -> None:
    pay(desk, "4000.03")  # a fifth is 800.006, so 800.00 is within and 800.01 is not
    assert charge(desk, "500.00", "delay-loss")[1] == ""
    assert charge(desk, "300.00")[1] == ""
    item, told = charge(desk, "0.01")
    assert "800.01 for losses is 20.01 % of the wage, 4000.03" in told, "rounded up: it is more than 20"
    desk.do("mgr", "ledger", "reverse", item["id"], "--reason", "算错")
    assert paid(desk)[1] == ""
    desk.now = "2026-12-01T09:00:00+08:00"
    assert charge(desk, "800.00")[1] == ""
    assert "800.01 for losses" in charge(desk, "0.01")[1]


@pytest.mark.clause("KZ-8.14")
def test_fines_are_no_losses_but_the_minimum_wage_is_left_by_all_together(desk: Desk) -> None:
    pay(desk, "2430.00")  # less 1950.00 is 480.00; a fifth is 486.00
    assert charge(desk, "460.00")[1] == ""
    assert charge(desk, "20.00", "unreachable")[1] == ""  # 1950.00 is left
    assert paid(desk)[1] == ""
    told = charge(desk, "20.00", "unreachable")[1]
    assert told == (
        f"warning: pan 2026-11: 500.00 off the wage, 2430.00, would leave 1930.00, less than the minimum wage, 1950.00"
        f" {CITED}"
    ), "500.00 is more than a fifth, but only 460.00 of it are losses"
    assert paid(desk)[1] == told


@pytest.mark.clause("KZ-8.14")
@pytest.mark.parametrize(("amount", "over"), [("450.00", False), ("450.01", True)])
def test_the_minimum_wage_is_held_to_the_fen(desk: Desk, amount: str, over: bool) -> None:
    pay(desk, "2400.00")  # less 450.00 is 1950.00; a fifth is 480.00
    told = charge(desk, amount)[1]
    assert ("would leave 1949.99, less than the minimum wage, 1950.00" in told) is over
    assert "for losses" not in told


@pytest.mark.clause("JD-8")
def test_the_wage_is_what_the_month_pays_before_insurance_and_deductions(desk: Desk) -> None:
    # 3600 + 4800 / 12 = 4000; what goes to the insurance is part of the wage
    pay(desk, "3600.00", "pan,2026-01,year-end,4800", "pan,2026-01,insurance,-380.25")
    assert charge(desk, "800.00")[1] == ""
    assert "is 20.01 % of the wage, 4000.00" in charge(desk, "0.01")[1]
    reward = desk.do("mgr", "ledger", "propose", "--rule", "excellent", "--staff", "pan", *BECAUSE)["id"]
    done = desk.act("gm", "ledger", "approve", reward, "--amount", "100", *BECAUSE)
    assert (done.code, done.err) == (0, ""), "a reward is paid with the wage"
    assert paid(desk)[1] == "", "800.01 of 4100.00"


@pytest.mark.clause("KZ-8.14")
def test_a_wage_that_is_not_known_is_said(desk: Desk) -> None:
    path = pay(desk, "")
    for there, why in ((False, "records/private/pay.csv is not there"), (True, "no base line of pan")):
        if there:
            pay(desk, "", "pan,2026-12,base,4000")
        else:
            path.unlink()
        told = charge(desk, "30.00", "unreachable")[1]
        assert told.startswith("warning: pan 2026-11: the wage is not known (")
        assert why in told
        assert told.endswith(f"not checked {CITED}")
    assert "the wage is not known" in paid(desk)[1]
    path.write_text("staff,from,line,amount\npan,2026-11,base,4ooo\n", encoding="utf-8")
    item, told = charge(desk, "30.00", "unreachable")
    assert item["state"] == "approved", "a fault of the file stops no approval"
    assert "records/private/pay.csv:2" in told
    assert "4ooo" not in told


@pytest.mark.clause("JD-8")
def test_who_may_not_see_pay_is_warned_without_its_figures(desk: Desk) -> None:
    pay(desk, "1960.00")
    told = charge(desk, "30.00", "unreachable", who="sup-e")[1]
    assert told == (
        f"warning: pan 2026-11: 30.00 off the wage would leave less than the minimum wage, 1950.00; how much it is see"
        f" managers and personnel: appraise --pay {CITED}"
    )


@pytest.mark.clause("JD-8")
def test_rules_that_say_nothing_of_pay_warn_of_nothing(desk: Desk) -> None:
    desk.edit_rules((r"\npay: .*\n", "\n"))
    assert charge(desk, "1000.00")[1] == ""
    pay(desk, "1950.00")
    assert charge(desk, "1000.00")[1] == paid(desk)[1] == ""


@pytest.mark.clause("KZ-8.14")
def test_what_is_told_late_is_taken_off_the_month_that_records_it(desk: Desk) -> None:
    desk.do("mgr", "policy", "publish")
    pay(desk)
    assert charge(desk, "800.00")[1] == ""
    words = ("ledger", "propose", "--rule", "negligence", "--staff", "pan", *BECAUSE)
    entries = [desk.do("sup-d", *words)["id"] for _ in range(3)]

    def approve(entry: str, amount: str) -> str:
        proof = ("--attach", str(desk.folder / "invoice.txt"))
        done = desk.act(
            "mgr", "ledger", "approve", entry, "--amount", amount, "--at", november(30, "09:00"), *proof, *BECAUSE
        )
        assert done.code == 0
        return done.err

    desk.now = "2026-12-01T09:00:00+08:00"
    assert "pan 2026-11: 800.01 for losses" in approve(entries[0], "0.01")
    desk.do("mgr", "records", "seal", "--month", "2026-11")
    assert approve(entries[1], "800.00") == ""
    assert "pan 2026-12: 800.01 for losses" in approve(entries[2], "0.01")
