"""What only says that there is no phone, name or address makes nobody the same customer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transcripts import Result

Run = Callable[..., Result]
NOW = "2026-11-10T08:00:00+08:00"


@pytest.fixture
def complain(demo: Path, run: Run) -> Callable[..., Any]:
    """`complain(caller, phone, address)` registers a complaint; (its proposed severity, what was warned of)."""

    def call(caller: str, phone: str, address: str) -> tuple[str, str]:
        who = ("--caller", caller, "--phone", phone, "--address", address)
        result = run(
            "complaint", "new", "--content", "漏水", *who, "--department", "engineering", "--json", "--now", NOW
        )
        assert result.code == 0, result.err
        return json.loads(result.out)["proposed_severity"], result.err

    return call


@pytest.mark.parametrize("word", ["无", "没有", "不详", "未知", "0", "-", "N/A", " 无 "])
def test_strangers_without_a_phone_are_two(complain: Callable[..., Any], word: str) -> None:
    assert complain("甲示例", word, "7-1-101")[0] == "ordinary"
    severity, warned = complain("乙示例", word, "8-2-202")
    assert severity == "ordinary"
    assert "--phone: " in warned
    assert "stands for none" in warned


def test_strangers_without_an_address_are_two(complain: Callable[..., Any]) -> None:
    assert complain("丙示例", "138-0000-0020", "不详")[0] == "ordinary"
    assert complain("丁示例", "138-0000-0021", "不详")[0] == "ordinary"


@pytest.mark.parametrize("phone", ["+86 138-0000-0009", "0086 13800000009"])
def test_a_country_code_makes_no_other_customer(complain: Callable[..., Any], phone: str) -> None:
    assert complain("陈示例", "138-0000-0009", "5-5-505")[0] == "ordinary"
    assert complain("陈示例", phone, "5号楼5单元505")[0] == "serious"


def test_a_request_may_say_that_there_is_none(demo: Path, run: Run) -> None:
    who = ("--caller", "甲示例", "--phone", "无", "--address", "7-1-101")
    result = run("new-order", "--service", "plumbing", "--content", "漏水", *who, "--now", NOW, "--json")
    assert result.code == 0
    assert "--phone: '无' stands for none" in result.err
    shown = run("show", "1", "--reveal", "--reason", "核对", "--json", "--now", NOW)
    assert json.loads(shown.out)["contact"] == {
        "id": "P-20261110-0001",
        "name": "甲示例",
        "phone": "",
        "address": "7-1-101",
    }
    assert run("amend", "1", "address=不详", "--reason", "听错了", "--now", NOW).code == 0
    shown = run("show", "1", "--reveal", "--reason", "核对", "--json", "--now", NOW)
    assert json.loads(shown.out)["contact"]["address"] == ""


def test_rules_without_the_list_keep_every_text(demo: Path, run: Run, complain: Callable[..., Any]) -> None:
    rules = Path("policies.yaml").read_text(encoding="utf-8")
    lines = [line for line in rules.split("\n") if "placeholders:" not in line]
    Path("policies.yaml").write_text("\n".join(lines), encoding="utf-8")
    assert complain("甲示例", "无", "7-1-101") == ("ordinary", "")
    assert complain("乙示例", "无", "8-2-202")[0] == "serious"
