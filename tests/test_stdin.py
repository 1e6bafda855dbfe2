"""Standard input is kept while a command may have to run again: the second run reads what the first did, and on."""

import io

import pytest

from dispatchctl import stdin
from dispatchctl.stdin import KeptInput

TEXT = "".join(f"第{number}行\n" for number in range(5000))


@pytest.mark.parametrize("limit", [10, 1 << 20], ids=["in a file", "in memory"])
@pytest.mark.parametrize("taken", [0, 7, 4000, None])
def test_it_can_be_read_once_more(monkeypatch: pytest.MonkeyPatch, limit: int, taken: int | None) -> None:
    monkeypatch.setattr(stdin, "IN_MEMORY", limit)
    kept = KeptInput(io.BytesIO(TEXT.encode()))
    first = kept.open()
    assert first.read(taken) == TEXT[:taken]
    second, third = kept.open(), kept.open()
    first.close()
    assert second.buffer.read() == TEXT.encode()
    assert third.read() == TEXT
    assert second.read() == ""
    kept.close()


def test_what_is_no_text_arrives_as_it_does_without() -> None:
    assert KeptInput(io.BytesIO(b"a\xff\r\nb")).open().read() == "a\udcff\nb"
