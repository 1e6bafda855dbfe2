"""The transcripts, and the runner that they rely on."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from transcripts import Block, check_transcript, parse_transcript, run_command, write_transcript

FILES = sorted((Path(__file__).parent / "transcripts").glob("*.test"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_transcript(path: Path, begin: Callable[[str], Path], pytestconfig: pytest.Config) -> None:
    check_transcript(path, begin, update=bool(pytestconfig.getoption("--update")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rewritten_file_says_the_same(path: Path) -> None:
    first = parse_transcript(path.read_bytes().decode())
    again = parse_transcript(write_transcript(first.parts))
    assert again.fixture == first.fixture
    assert drop_places(again.parts) == drop_places(first.parts)


def drop_places(parts: Sequence[object]) -> list[object]:
    """The parts without line numbers and empty lines."""
    return [part._replace(line=0) if isinstance(part, Block) else part for part in parts if part]


def write_file(folder: Path, text: str) -> Path:
    path = folder.parent / "one.test"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("$ cat <<< 甲\n乙\n", "+ 甲"),
        ("$ cat <<< 甲\n", "+ 甲"),
        ("$ dispatchctl --version\ndispatchctl 0.1.0\n? 3\n", "- ? 3"),
        ("$ dispatchctl --version\n", "one.test:1: $ dispatchctl --version"),
        ("$ dispatchctl no-such\n2> ~.*no such command.*\n? 2\n", "+ 2> hint"),
        ("$ dispatchctl no-such\n2> ~never\n2> ~hint.*\n? 2\n", "no such command"),
    ],
)
def test_a_difference_fails_and_is_told(isolated: Path, begin: Callable[[str], Path], text: str, told: str) -> None:
    with pytest.raises(AssertionError) as caught:
        check_transcript(write_file(isolated, text), begin)
    assert told in str(caught.value)


def test_update_takes_over_what_was_printed_and_keeps_what_matches(
    isolated: Path, begin: Callable[[str], Path]
) -> None:
    (isolated / "odd").write_bytes("# 标题\n\n$ x\n\\n\n2> y\n@ z\n? 1\n\u2028\x0b\n\n".encode())
    (isolated / "open").write_bytes(b"end")
    path = write_file(
        isolated,
        "# kept\n@ empty\n@ env NAME=a b\n\n$ cat odd\nstale\n$ cat open\n"
        "$ dispatchctl no-such\n2> ~.*no-such\n2> ~.*\n",
    )
    check_transcript(path, begin, update=True)
    written = path.read_bytes().decode()
    assert written == (
        "# kept\n@ empty\n@ env NAME=a b\n\n$ cat odd\n"
        "\\# 标题\n\n\\$ x\n\\\\n\n\\2> y\n\\@ z\n\\? 1\n\u2028\x0b\n\\\n\n"
        "$ cat open\nend\n\\no newline at the end\n\n$ dispatchctl no-such\n2> ~.*no-such\n2> ~.*\n? 2\n"
    )
    check_transcript(path, begin)
    check_transcript(path, begin, update=True)
    assert path.read_bytes().decode() == written


def test_redirections_and_variables(isolated: Path) -> None:
    run_command("cat > list <<< one <<< 'two  spaces'", {}, isolated)
    run_command("cat >> list <<< three", {}, isolated)
    assert run_command("cat < list", {}, isolated).out == "one\ntwo  spaces\nthree\n"
    narrow, wide = (run_command(f"COLUMNS={width} dispatchctl --help", {}, isolated).out for width in (50, 100))
    assert max(map(len, narrow.split("\n"))) <= 50 < max(map(len, wide.split("\n")))
    with pytest.raises(ValueError, match="dispatchctl, cat and sed only"):
        run_command("rm -r .", {}, isolated)


@pytest.mark.parametrize("text", ["output\n", "@ env NAME\n", "$ cat x\n@ demo\n", "@ two words\n"])
def test_a_file_that_is_no_transcript_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line "):
        parse_transcript(text)
