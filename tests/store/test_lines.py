"""One row is one line, and comes back as it was."""

import csv
import io
from zlib import crc32

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatchctl.errors import UsageFault
from dispatchctl.registers.page import TEXT_LIMIT
from dispatchctl.store.lines import check_text, decode_line, encode_line, finish_tail

texts = st.text(st.characters(exclude_categories=["Cs"]))
nasty = st.text('ab,"\\\n\r\0\x01\x1b;=nr0 \u2028\x85\x0b水\ufeff')


@given(st.lists(texts | nasty, min_size=2, max_size=8), st.integers(0, 2**32 - 1))
@example(['"', "\\n", "\\\n", "\\\\n", ",torn"], 0)
@example(["", ""], 7)
def test_a_line_gives_back_its_cells(values, before):
    line, crc = encode_line(values, before)
    assert decode_line(line) == [*values, f"{crc:08x}"]
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert b"\r" not in line
    assert b"\0" not in line
    assert crc == crc32(line[:-9], before)


@given(st.lists(nasty, min_size=2, max_size=5))
def test_other_readers_of_csv_see_one_row(values):
    line, _ = encode_line(values, 0)
    rows = list(csv.reader(io.StringIO(line.decode(), newline="")))
    assert len(rows) == 1
    assert len(rows[0]) == len(values) + 1


def test_the_form_of_a_line_is_pinned():
    line, crc = encode_line(["2026-11-05T09:00:00+08:00", "漏水,急", 'say "hi"', "a\nb\\c", "", "1"], 0)
    assert line.decode() == f'2026-11-05T09:00:00+08:00,"漏水,急","say ""hi""",a\\nb\\\\c,,1,{crc:08x}\n'


@given(st.lists(nasty, min_size=2, max_size=4), st.data())
def test_a_line_cut_anywhere_ends_up_as_one_void_row(values, data):
    line, _ = encode_line(values, 0)
    cut = line[: data.draw(st.integers(1, len(line) - 1))]
    ended = cut + finish_tail(cut)
    assert ended.endswith(b",torn\n")
    assert ended.count(b"\n") == 1
    assert len(list(csv.reader(io.StringIO(ended.decode(), newline="")))) == 1


def test_nothing_is_added_to_a_clean_end_and_whole_lines_get_a_line_of_their_own():
    assert finish_tail(b"") == b""
    assert finish_tail(b"a,1+,00000000\n") == b",torn\n"


@pytest.mark.parametrize("text", ["\ud800", "ok\udfff", "水" * (TEXT_LIMIT // 3 + 1), "x" * (TEXT_LIMIT + 1)])
def test_what_could_not_be_read_back_is_refused_by_name(text):
    with pytest.raises(UsageFault, match=r"^--content: ") as caught:
        check_text("--content", text)
    assert caught.value.exit_code == 2


def test_the_longest_text_is_kept():
    text = "\n" * TEXT_LIMIT
    check_text("--content", text)
    line, _ = encode_line(["", text, '"' * TEXT_LIMIT], 0)
    assert decode_line(line)[1:3] == [text, '"' * TEXT_LIMIT]


def test_hostile_texts_are_kept_or_refused(shared):
    path = shared / "spec" / "hostile.txt"
    inputs = path.read_text(encoding="utf-8").split("\n")[1:-1]
    assert len(inputs) >= 40
    refused = 0
    for written in inputs:
        text = written.encode("latin-1", "backslashreplace").decode("unicode_escape")
        try:
            check_text("content", text)
        except UsageFault:
            refused += 1
            continue
        line, _ = encode_line(["x", text, "y"], 0)
        assert decode_line(line)[:3] == ["x", text, "y"]
    assert refused == 1  # half a surrogate pair
