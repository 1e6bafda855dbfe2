"""In which encoding a text is that two of them can read: words on both sides, each as its bytes."""

import pytest

from dispatchctl.exchange.layouts import FOREIGN, find_misread, find_unread, gather_foreign

# Common words whose bytes in GB 18030 are valid UTF-8 as well, of two-byte characters that no script writes together.
BOTH = ("漏水", "停水", "停水通知", "冒水", "预约", "通知", "状态", "系统", "前台", "小时", "营业", "学习", "同色涂刷")
WORDS = (  # of UTF-8, of which GB 18030 reads something too
    *("é", "café", "naïve", "déjà vu", "Größe", "Ångström", "İç", "25 °C", "5 m²", "±3", "½", "£9", "A·B", "«x»"),
    *("Привет", "объём", "обʼєднання", "Ελλάδα", "שלום", "مرحبا", "gwichʼin", "Tamaziɣt"),
)


@pytest.mark.parametrize("word", BOTH)
def test_a_word_of_gb_18030_that_reads_as_utf_8(word: str) -> None:
    data = word.encode("gb18030")
    assert find_misread(data) == (data.decode(), word)
    assert find_misread(b"1,2026-11-02,drain," + data + b"\n") == (data.decode(), word)
    assert find_misread(word.encode()) is None


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_utf_8(word: str) -> None:
    assert find_misread(word.encode()) is None
    assert find_misread(f"x,{word}\ny,{word}\n".encode()) is None


def test_more_of_one_kind_outweighs_the_other() -> None:
    """Of words that could be either, more than half must be unlikely in UTF-8."""
    odd, even = "漏水".encode("gb18030"), "é".encode()
    assert find_misread(b",".join((odd, odd, even))) == ("©ˮ", "漏水")
    assert find_misread(b",".join((odd, even))) is None


def test_as_much_as_tells_is_looked_at() -> None:
    lines = [b"plain\n", "漏水\n".encode("gb18030"), *["é\n".encode()] * 9]
    assert gather_foreign(lines[:1]) == (0, b"")
    assert gather_foreign(lines) == (2, b"".join(lines[1:]))
    long = "水".encode("gb18030") * FOREIGN
    assert gather_foreign([long[:FOREIGN], b"\x80"]) == (1, long[:FOREIGN])
    assert find_misread("漏水漏".encode("gb18030")[:-1]) == ("©ˮ", "漏水")  # cut in the middle of a character


def test_what_cannot_be_read_is_no_doubt() -> None:
    assert find_misread("联通".encode("gb18030")) is None  # C1 begins no character of UTF-8
    assert find_misread("厨房漏水".encode("gb18030")) is None
    assert find_misread(b"plain") is None


def test_chinese_of_utf_8_under_gb_18030() -> None:
    assert find_unread("厨房漏水水管".encode()) == ("厨房漏水水管", "厨房漏水水管".encode().decode("gb18030"))
    assert find_unread("厨房漏水水管".encode("gb18030")) is None
    assert find_unread("漏水".encode("gb18030")) is None
    assert find_unread("café".encode()) is None
