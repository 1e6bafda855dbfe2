"""`records import FILE --suggest-map`: a first map that works, and what the rules lack, to copy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transcripts import Result

Run = Callable[..., Result]
Ask = Callable[..., Any]
NOW = "2026-11-20T09:00:00+08:00"


@pytest.fixture
def suggest(demo: Path, run: Run) -> Callable[..., str]:
    """`suggest(data, *options)`: what is printed for a file of these bytes."""

    def call(data: bytes, *options: str, name: str = "h.csv") -> str:
        Path(name).write_bytes(data)
        result = run("records", "import", name, "--suggest-map", *options, "--now", NOW)
        assert (result.code, result.err) == (0, "")
        return result.out

    return call


SHEETS = {
    "gb18030 with a title": (
        "台账,,,\n工单号,报修日期,维修类别,内容\n1,2026/11/2,plumbing,漏水\n".encode("gb18030"),
        ["encoding: gb18030", "header: 2", "  source_ref: 工单号", "  at: 报修日期", "  service: 维修类别"],
    ),
    "tabs": ("工单号\t日期\n1\t2026-11-02\n".encode(), ["delimiter: tab", "  at: 日期"]),
    "utf-16": ("工单号,日期\n1,2026-11-02\n".encode("utf-16"), ["encoding: utf-16"]),
    "english": (
        b"Ticket;Opened;Closed;Resolution;Category\nT1;11/02/2026 09:00 AM;-;;drain\n",
        [
            'delimiter: ";"', 'none: ["-"]', 'time_format: "%m/%d/%Y %I:%M %p"', "  source_ref: Ticket",
            "  - {event: closed, at: Closed, columns: {answer: Resolution}}",
        ],
    ),
    "rooms": (
        "序号,日期,小区,楼栋,房号\n1,2026-11-02,甲,3,501\n".encode(),
        ['  address: "{小区}-{楼栋}-{房号}"', '#   source_ref: "2026-11-{序号}"'],
    ),
    "weeks": ("周,序号,日期\n45,1,2026-11-02\n".encode(), ['  source_ref: "{周}-{序号}"']),
}  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_a_map_is_suggested_and_works(suggest: Callable[..., str], load: Run, name: str) -> None:
    data, lines = SHEETS[name]
    text = suggest(data)
    for line in lines:
        assert line in text.split("\n"), text
    Path("map.yaml").write_text(text)
    result = load()
    assert result.code == 0, result.err


def test_unknown_services_are_listed_to_copy(suggest: Callable[..., str], load: Run) -> None:
    rows = "".join(f"{n},2026-11-02,{'门禁' if n % 3 else 'no: #1'}\n" for n in range(9))
    text = suggest(f"工单号,日期,服务项目\n{rows}".encode())
    assert '# services:\n#   门禁: {title: 门禁}  # 6\n#   "no: #1": {title: "no: #1"}  # 3\n' in text
    Path("map.yaml").write_text(text)
    assert load().code == 5
    lines = text[text.index("# services:\n") :].split("\n")[1:-1]
    rules = Path("policies.yaml").read_text(encoding="utf-8")
    copied = "".join(f"{line[1:].rpartition('  #')[0].replace('   ', '  ', 1)}\n" for line in lines)
    Path("policies.yaml").write_text(rules.replace("\nservices:\n", f"\nservices:\n{copied}", 1), encoding="utf-8")
    assert load().code == 0


def test_with_a_map_at_hand_only_what_its_services_need(suggest: Callable[..., str]) -> None:
    Path("map.yaml").write_text(
        "register: orders\ncolumns: {source_ref: n, at: t, service: s}\nvalues: {service: {水: plumbing}}\n"
        "constants: {kind: request}\n"
    )
    data = "n,t,s\n1,2026-11-02,水\n2,2026-11-02,门禁\n".encode()
    assert suggest(data, "--map", "map.yaml") == (
        "# services that the rules lack, to copy into policies.yaml, with their rows in the file:\n"
        "# services:\n#   门禁: {title: 门禁}  # 1\n"
    )
    item = json.loads(suggest(data, "--map", "map.yaml", "--json"))
    assert item["services"] == [{"value": "门禁", "rows": 1}]


def test_without_a_map_and_without_asking_for_one(demo: Path, run: Run) -> None:
    Path("h.csv").write_text("n\n1\n")
    result = run("records", "import", "h.csv", "--now", NOW)
    assert result.code == 2
    assert "--map: is missing" in result.err
    assert "hint: --suggest-map prints a first one" in result.err
    result = run("records", "import", "none.csv", "--suggest-map", "--now", NOW)
    assert result.code == 3
