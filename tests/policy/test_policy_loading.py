"""What a rules file may be made of: plain maps, lists and text; everything else is refused in milliseconds."""

import time

import pytest

from dispatchctl.policy.loading import DEPTH_LIMIT, KEY_LIMIT, SIZE_LIMIT, load_tree


def list_faults(text: bytes) -> list[str]:
    return [str(fault) for fault in load_tree(text, "p.yaml")[1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a: &x 1\n", ["p.yaml:1: anchor &x (write the value out where it is needed)"]),
        (b"a: 1\nb: *x\n", ["p.yaml:2: alias *x (write the value out)"]),
        (b"a: 1\n<<: 2\n", ["p.yaml:2: merge key << (write the keys out)"]),
        (b'"<<": 2\n', ["p.yaml:1: merge key << (write the keys out)"]),
        (b"\na: !x 1\n", ["p.yaml:2: tag !x (plain maps, lists and text)"]),
        (b"a: 1\nb: 2\na: 3\n", ["p.yaml:3: a stands twice (first in line 1) (once)"]),
        (b"x: {a: 1}\ny: {a: 1}\n", []),
        (b"? [1]\n: 2\n", ["p.yaml:1: a list as a key (text)"]),
        (b"? {a: 1}\n: 2\n", ["p.yaml:1: a map as a key (text)"]),
        (b'a: 1\n"": 2\n', ["p.yaml:2: a key is blank (1 to 64 characters)"]),
        (b"a: 1\n---\nb: 2\n", ["p.yaml:2: a second document begins here (one document, no `---`)"]),
        (b"a: 1\nb: 2: 3\n", ["p.yaml:2: not YAML: mapping values are not allowed in this context"]),
        (b"a: [1\n", ["p.yaml:2: not YAML: did not find expected ',' or ']'"]),
        (b"a: 1\nb: \xff\n", ["p.yaml:2: byte 0xff is not UTF-8 (save the file as UTF-8)"]),
        (b"\xff\xfea\x00:\x00", ["p.yaml:1: byte 0xff is not UTF-8 (save the file as UTF-8)"]),
        (b"a: \xed\xa0\x80\n", ["p.yaml:1: byte 0xed is not UTF-8 (save the file as UTF-8)"]),
        (b"a: 1\nb: x\x1b[2J\n", ["p.yaml:2: unprintable character U+001B (printable characters, TAB, LF)"]),
        ("a: 1\nb: x\u2028y\n".encode(), ["p.yaml:2: unprintable character U+2028 (printable characters, TAB, LF)"]),
        (b"a: x\ry\n", ["p.yaml:1: unprintable character U+000D (printable characters, TAB, LF)"]),
        (b"a: x\x00y\n", ["p.yaml:1: unprintable character U+0000 (printable characters, TAB, LF)"]),
        (b'a: "\\ud800"\n', ["p.yaml:1: not YAML: found invalid Unicode character escape code"]),
        (b"%s: 1\n" % (b"k" * 65), [f"p.yaml:1: the key {'k' * 20}... has 65 characters (at most 64 characters)"]),
        (
            b'"a\\u202eb": 1\n',
            [
                "p.yaml:1: the key 'a\\u202eb' has control or invisible characters, or spaces around it "
                "(visible characters)"
            ],
        ),
    ],
)
def test_faults_of_form(text: bytes, expected: list[str]) -> None:
    assert list_faults(text) == expected


def test_all_faults_are_told_at_once_by_line() -> None:
    text = b"a: &x 1\nb: *x\nb: !!int 3\n<<: {c: 1}\n"
    assert [(fault.line, fault.code) for fault in load_tree(text, "p.yaml")[1]] == [
        (1, "anchor"),
        (2, "alias"),
        (3, "duplicate-key"),
        (3, "tag"),
        (4, "merge-key"),
    ]


def test_values_stay_the_text_that_was_typed() -> None:
    text = b"on: NO\n12:30: 010\nempty:\ntilde: ~\nnone: null\nquoted: 'null'\ndate: 2026-01-01\nnested: {a: [1.50]}\n"
    root, faults = load_tree(text, "p.yaml")
    assert faults == []
    assert root is not None
    read = {key.text: (value.text, value.blank) for key, value in root.pairs}
    assert read["on"] == ("NO", False)
    assert read["12:30"] == ("010", False)
    assert read["empty"] == read["tilde"] == read["none"] == ("", True)
    assert read["quoted"] == ("null", False)
    assert read["date"] == ("2026-01-01", False)
    nested = root.pairs[-1][1]
    assert (nested.line, nested.column) == (8, 9)
    assert nested.pairs[0][1].items[0].text == "1.50"


@pytest.mark.parametrize("text", [b"", b"# nothing\n", b"\xef\xbb\xbf", b"---\n...\n", b"null\n"])
def test_an_empty_file_is_a_blank(text: bytes) -> None:
    root, faults = load_tree(text, "p.yaml")
    assert faults == []
    assert root is not None
    assert root.blank


def test_the_limits_are_inclusive() -> None:
    deep = "[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT
    assert list_faults(deep.encode()) == []
    assert list_faults(f"[{deep}]".encode()) == ["p.yaml:1: nested too deeply (at most 20 levels)"]
    assert list_faults(b"# " + b"x" * (SIZE_LIMIT - 2)) == []
    assert "too many" in list_faults(b"# " + b"x" * (SIZE_LIMIT - 1))[0]
    assert list_faults(b"k" * KEY_LIMIT + b": 1\n") == []


BOMB = "a: &a [x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "? " * 100_000,
        "".join(" " * depth + "a:\n" for depth in range(1_300)),
        BOMB,
        "a: &a\n  x: 1\n" + "".join(f"k{n}: &k{n}\n  <<: [*a, *a, *a]\n" for n in range(30)),
        "- *x\n" * 100_000,
        "a: 1\n" * 100_000,
    ],
    ids=["lists", "maps", "dashes", "keys", "block", "aliases", "merge keys", "unknown aliases", "duplicates"],
)
def test_hostile_texts_cost_milliseconds(text: str) -> None:
    load_tree(b"a: 1\n", "p.yaml")  # the import of yaml is not what is measured
    before = time.perf_counter()
    faults = load_tree(text.encode(), "p.yaml")[1]
    assert time.perf_counter() - before < 0.5
    assert 1 <= len(faults) <= 100
