"""Rows appended by columns: the same bytes as the same rows appended one by one, and the same chain after them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surroundings import examples

from dispatchctl.registers import SHIPPED
from dispatchctl.store.bulk import Strip, TimeShower, append_strips
from dispatchctl.store.folder import Folder, make_folder, open_folder
from dispatchctl.store.journal import NO_END, Draft, append_groups, find_end

RECORDED = 1_795_132_799_999_998  # two microseconds before a full second
ZONE = "America/New_York"
PAGE = SHIPPED.get("orders")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", ",", '"', "\\", "\n", "\r\n", "\0", "a,b", '"a"', "%s", "漏水，已修", "=1+1"]
)
TIME = st.integers(0, 4_000_000_000) | st.integers(1_793_512_800, 1_793_520_000)  # around an hour that comes twice
GROUP = st.tuples(TIME, TEXT, TEXT, TEXT, TEXT, TIME | st.none(), TEXT)


def make(tmp_path: Path, name: str) -> Folder:
    path = tmp_path / name
    make_folder(str(path))
    return open_folder(str(path))


def write_both(tmp_path: Path, groups: list[Any], times: int) -> tuple[bytes, bytes]:
    """The file written by columns, and that written row by row; each `times` times over."""
    by_columns, by_rows = make(tmp_path, "a"), make(tmp_path, "b")
    end = NO_END
    for turn in range(times):
        ids = [f"O-20261119-{turn * len(groups) + number:04d}" for number in range(1, len(groups) + 1)]
        ref, note, content, answer = ([group[place] for group in groups] for place in (1, 2, 3, 4))
        taken = Strip(
            "taken", [group[0] for group in groups], ref, note, {"kind": ["request"] * len(ids), "content": content}
        )
        closed = Strip(
            "closed", [group[5] for group in groups], ref, [group[6] for group in groups], {"answer": answer}
        )
        recorded = RECORDED + turn * 10_000_000
        end, rows = append_strips(by_columns, PAGE, "main", "2026-11", end, "s,1", ids, [taken, closed], recorded, ZONE)
        drafts = [
            [Draft(group[0], "s,1", case, "taken", {"kind": "request", "content": group[3]}, group[1], "", group[2])]
            + [Draft(group[5], "s,1", case, "closed", {"answer": group[4]}, group[1], "", group[6])]
            * (group[5] is not None)
            for case, group in zip(ids, groups, strict=True)
        ]
        assert rows == sum(map(len, drafts))
        stamps = [recorded + number for number in range(len(ids))]
        append_groups(by_rows, PAGE, "main", "2026-11", find_end(by_rows, "orders", "main", None), drafts, stamps, ZONE)
        assert end == find_end(by_columns, "orders", "main", None)
    written = [Path(folder.path) / "orders" / "2026-11.main.csv" for folder in (by_columns, by_rows)]
    return written[0].read_bytes(), written[1].read_bytes()


@settings(max_examples=examples(60))
@given(groups=st.lists(GROUP, min_size=1, max_size=5))
def test_the_bytes_are_those_of_single_rows(tmp_path_factory: pytest.TempPathFactory, groups: list[Any]) -> None:
    by_columns, by_rows = write_both(tmp_path_factory.mktemp("bulk"), groups, 2)
    assert by_columns == by_rows


@given(second=TIME, zone=st.sampled_from([ZONE, "Asia/Shanghai", "UTC", "Australia/Lord_Howe", "Asia/Kathmandu"]))
def test_times_are_shown_with_the_offset_of_that_moment(second: int, zone: str) -> None:
    shower = TimeShower(zone)
    assert shower.show_column([second, None]) == [shower.show(second), ""]
    assert datetime.fromisoformat(shower.show(second)) == datetime.fromtimestamp(second, UTC)


def test_an_unknown_field_is_a_mistake_of_the_program(tmp_path: Path) -> None:
    strip = Strip("taken", [0], ["r"], [""], {"colour": ["red"]})
    with pytest.raises(KeyError):
        append_strips(make(tmp_path, "a"), PAGE, "main", "2026-11", NO_END, "s1", ["O-1"], [strip], RECORDED, ZONE)
