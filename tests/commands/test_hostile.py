"""Texts meant to break things, in every place that takes a text: kept as they are, or refused; never obeyed."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from desks import Desk, copy_desk, open_demo
from surroundings import LONG, ROOT
from transcripts import Result

from dispatchctl.output.terminal import CONTROLS
from dispatchctl.registers.page import TEXT_LIMIT
from dispatchctl.typed import fold_reference, is_blank

HALF = re.compile("[\ud800-\udfff]")
NO_ARGUMENT = re.compile("[\0\ud800-\udfff]")  # what no command line can hold; a file can hold a NUL
PLACEHOLDERS = ("无", "没有", "不详", "未知", "0", "-", "N/A")

# One or more of each kind: formulas of spreadsheets, breaks, what terminals obey, what reads in another order, halves
# of characters, two forms of one letter, quoting, options, paths, reserved names, shells, YAML, templates, SQL.
OWN = (
    "=SUM(A1:A9)", "+8613800000000", "-2+3", "@now", "\t=2*3", "\r=2*3", "\n=2*3", "＝2*3", "'=2*3",
    "=HYPERLINK(\"x\")", "一\r二", "一\r\n二", "一\n二", "一\u2028二", "一\x85二", "一\x0b二\x0c三", "一\x00二",
    "\x1b[31m红\x1b[0m", "\x1b]0;标题\x07", "\x9b2J", "\u202e倒过来", "\u2066隔开\u2069", "\u200b\u200d", "\ufeff甲",
    "\ud83d", "\udcff", "\\", "\\n\\r\\0", "é", "é", "\"", "\"\"", "'", ",", ";", "\\;", " ", "\u3000",
    "-rf", "--", "-", "--version", "--records=x", "../../x", "/dev/null", "a/../../b", "C:\\x", "NUL", ".git/config",
    "$(touch pwned)", "`touch pwned`", "; touch pwned", "| touch pwned", "%s%n", "{0.__class__}", "{{7*7}}",
    "!!python/object/apply:os.system [\"touch pwned\"]", "*a", "&a [*a]", "NO", "12:30", "010", "1e9", "null", "[",
    "x'); DROP TABLE orders;--", "😀", "👩‍🔧", "ｱ", "阝方", "Ａ", "\U000e0041", "\uffff", "0", "𠮷",
)  # fmt: skip


def load_shared() -> list[str]:
    """The inputs that other programs of the family are tried with, where that folder is beside the checkout."""
    path = ROOT.parent / "shared/spec/hostile.txt"
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [line.encode("latin-1", "backslashreplace").decode("unicode_escape") for line in lines if line[:2] != "# "]


TEXTS = tuple(dict.fromkeys((*OWN, *load_shared())))
# what a real command line can hold: no NUL, and of bytes that are no UTF-8 only the halves that stand for them
TYPED = tuple(text for text in TEXTS if "\0" not in text and not re.search("[\ud800-\udc7f\udd00-\udfff]", text))
#: what is tried where each text costs a whole folder or a reading of the rules: in the short form every third
SOME = TEXTS if LONG else TEXTS[::3]
REFUSED = (2, 3, 4, 5)
CALLER = ("--caller", "张示例", "--phone", "138-0000-0001", "--address", "1号楼101")
ORDER = {
    "--service": "plumbing", "--content": "漏水", "--caller": "张示例", "--phone": "138-0000-0001",
    "--address": "1号楼101",
}  # fmt: skip


def attempt(desk: Desk, *argv: str, input: str | bytes = "", allowed: Iterable[int] = (0, *REFUSED)) -> Result:
    """Run a command that may do as told or refuse, in words; nothing on its streams moves a terminal."""
    done = desk.run(*argv, input=input, env={"DISPATCHCTL_NOW": desk.now})
    assert done.code in allowed, (argv, done)
    assert "Traceback" not in done.err, argv
    assert "internal fault" not in done.err, (argv, done.err)
    if done.code in REFUSED:
        assert "dispatchctl: " in done.err, (argv, done.err)
    if "--format" not in argv and "--json" not in argv:
        assert not re.search(f"[{CONTROLS}]", done.out.replace("\n", "")), (argv, done.out)
    assert not re.search(f"[{CONTROLS}]", done.err.replace("\n", "")), (argv, done.err)
    return done


def do(desk: Desk, *argv: str) -> str:
    """What a command prints that must do as told."""
    return attempt(desk, *argv, allowed=(0,)).out


def end(desk: Desk) -> None:
    """Nothing was executed or written elsewhere, the records are whole, and every list can be printed."""
    made = {path.name for path in desk.folder.iterdir()}
    assert made == {"records", "policies.yaml", ".gitignore", ".gitattributes"}
    assert not list(desk.folder.parent.rglob("*pwned*"))
    do(desk, "records", "check")
    for register in ("orders", "assignments", "staff"):
        for form in ("table", "markdown", "json", "csv", "tsv", "yaml"):
            out = do(desk, "list", register, "--format", form)
            if form in ("table", "markdown", "json", "yaml"):
                assert not re.search(f"[{CONTROLS}]", out.replace("\n", "")), form


@pytest.fixture
def desk(run: Callable[..., Result], isolated: Path) -> Desk:
    return copy_desk(run, isolated, open_pair)


def open_pair(run: Callable[..., Result], folder: Path) -> Desk:
    """A demo with a field worker, wu, an order of wu's and one that waits."""
    desk = open_demo(run, folder)
    desk("staff", "join", "wu", "--name", "吴示例", "--role", "field", "--skill", "plumbing", "--regular")
    desk("new-order", "--service", "plumbing", "--content", "漏水", *CALLER)
    desk("new-order", "--service", "plumbing", "--content", "漏水", *CALLER)
    desk("assign", "1", "wu")
    return desk


def list_orders(desk: Desk) -> list[dict[str, object]]:
    found = json.loads(do(desk, "list", "--format", "json"))
    assert isinstance(found, list)
    return found


def contains(text: str) -> bool:
    """Whether a text is more than blanks: one that is not counts as left out."""
    return not is_blank(text)


# --- new-order --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--content", "--requirements", "--answered", "--note"])
def test_a_text_of_an_order_is_kept_or_refused(desk: Desk, option: str) -> None:
    kept: dict[str, str] = {}
    for text in SOME:
        given = {**ORDER, option: text}
        done = attempt(desk, "new-order", "-q", *(word for pair in given.items() for word in pair))
        if done.code == 0:
            kept[done.out.strip()] = text
    refused = [text for text in SOME if text not in kept.values()]
    assert all(NO_ARGUMENT.search(text) or not contains(text) for text in refused), refused
    key = {"--content": "content", "--requirements": "requirements", "--answered": "answer"}.get(option)
    for order, text in kept.items():
        shown = json.loads(do(desk, "show", order, "--json"))
        if not contains(text):
            continue
        assert (shown[key] if key else shown["events"][0]["note"]) == text
    end(desk)


def test_a_reference_to_elsewhere_is_kept_or_refused(desk: Desk) -> None:
    for text in SOME:
        argv = ("new-order", "--kind", "inquiry", "--content", "几点下班", "-q", "--source-ref", text)
        done = attempt(desk, *argv)
        assert done.code == 0 or NO_ARGUMENT.search(text), text
        if done.code == 0 and text:
            taken = json.loads(do(desk, "show", done.out.strip(), "--json"))["events"][0]
            assert taken["source_ref"] == (fold_reference(text) if contains(text) else None)
            if taken["source_ref"]:
                assert do(desk, *argv) == done.out, "taken once"
    end(desk)


@pytest.mark.parametrize("option", ["--caller", "--phone", "--address"])
def test_a_contact_is_kept_or_refused(desk: Desk, option: str) -> None:
    key = {"--caller": "name"}.get(option, option[2:])
    for number, text in enumerate(SOME):
        # another name each time, or the contact would be that of the phone
        given = {**ORDER, "--caller": f"李{number}", "--phone": f"139-0000-{number:04d}", option: text}
        done = attempt(desk, "new-order", "-q", *(word for pair in given.items() for word in pair))
        if done.code != 0:
            assert NO_ARGUMENT.search(text) or not contains(text), text
            continue
        order = done.out.strip()
        shown = json.loads(do(desk, "show", order, "--reveal", "--reason", "核对", "--json"))
        if text in PLACEHOLDERS or not contains(text):  # of the shipped rules: it says that there is none
            assert not (shown["contact"] or {}).get(key)
            continue
        assert shown["contact"][key] == text
    end(desk)


def test_a_request_id_is_kept_or_refused(desk: Desk) -> None:
    before = len(list_orders(desk))
    done = 0
    for text in SOME:
        argv = ("new-order", "--kind", "inquiry", "--content", "几点下班", "-q", "--request-id", text)
        first = attempt(desk, *argv)
        if first.code == 0 and text:
            done += 1
            assert do(desk, *argv) == first.out
    assert len(list_orders(desk)) == before + done
    assert done == len([text for text in SOME if contains(text) and not NO_ARGUMENT.search(text)])


def quote_yaml(value: object) -> str:
    """JSON that is YAML too: above U+FFFF a character has an escape of its own there, not two halves."""
    pair = re.compile(r"(?<!\\)((?:\\\\)*)\\u(d[89ab]..)\\u(d[c-f]..)")

    def join(hit: re.Match[str]) -> str:
        whole = 0x10000 + ((int(hit[2], 16) - 0xD800) << 10) + int(hit[3], 16) - 0xDC00
        return f"{hit[1]}\\U{whole:08x}"

    return pair.sub(join, json.dumps(value))


def write_rows(form: str, rows: list[dict[str, str]]) -> bytes:
    if form == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    if form == "yaml":
        return "".join(f"- {quote_yaml(row)}\n" for row in rows).encode()
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, rows[0], quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


@pytest.mark.parametrize("column", ["content", "requirements", "caller", "service", "appointment", "source_ref"])
def test_a_row_of_a_file_is_kept_or_refused(desk: Desk, column: str) -> None:
    plain = {name[2:]: text for name, text in ORDER.items()}
    for form in ("csv", "jsonl", "yaml"):
        texts = [text for text in SOME if form == "jsonl" or not HALF.search(text)]
        rows = []
        for number, text in enumerate(texts):
            own = {"caller": f"李{number}", "phone": f"139-0000-{number:04d}", "source_ref": f"{form}-{number}"}
            rows.append({**plain, **own, column: text})
        done = attempt(desk, "new-order", "--from", "-", "-q", input=write_rows(form, rows))
        if column in ("content", "requirements", "caller"):
            kept = [text for text in texts if not HALF.search(text) and (contains(text) or column == "requirements")]
            assert done.out.count("\n") == len(kept), done.err
            if column != "caller":
                stored = [item[column] for item in list_orders(desk)[-len(kept) :]]
                assert [text for text in stored if text and contains(str(text))] == list(filter(contains, kept))
        elif column != "source_ref":
            assert done.code == 5
            assert done.out.count("\n") <= 8
    end(desk)


# --- the other verbs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "option"), [("progress", "--note"), ("problem", "--reason")])
def test_notes_and_reasons_are_kept_or_refused(desk: Desk, verb: str, option: str) -> None:
    kept = []
    for text in SOME:
        done = attempt(desk, verb, "A-20261102-0001", option, text, "-q")
        if done.code == 0 and contains(text):
            kept.append(text)
        else:
            assert done.code == 0 or NO_ARGUMENT.search(text) or not contains(text), (text, done)
    shown = json.loads(do(desk, "show", "A-20261102-0001", "--json"))
    stored = [event["note"] or event["fields"].get("reason") for event in shown["events"]]
    assert [text for text in stored if text and contains(text)] == kept
    do(desk, "show", "A-20261102-0001")
    do(desk, "show", "O-20261102-0001", "--lang", "en")
    end(desk)


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("amend O-20261102-0002 content={} --reason 登记有误", (0, *REFUSED)),
        ("amend O-20261102-0002 {} --reason 登记有误", (0, *REFUSED)),
        ("amend O-20261102-0002 content=漏水 --reason {}", (0, *REFUSED)),
        ("cancel O-20261102-0002 --reason {} --dry-run", (0, *REFUSED)),
        ("reopen O-20261102-0002 --reason {}", (0, *REFUSED)),
        ("reassign A-20261102-0001 lin --reason {} --dry-run", (0, *REFUSED)),
        ("pause A-20261102-0001 --reason {} --dry-run", REFUSED),
    ],
    ids=["field", "pair", "amend", "cancel", "reopen", "reassign", "pause"],
)
def test_reasons_of_corrections_are_kept_or_refused(desk: Desk, line: str, allowed: tuple[int, ...]) -> None:
    for text in SOME:
        attempt(desk, *(word.replace("{}", text) for word in line.split()), allowed=allowed)
    end(desk)


def test_reasons_of_the_ledger_are_kept_or_refused(desk: Desk) -> None:
    entry = do(
        desk, "ledger", "propose", "--rule", "unreachable", "--staff", "wu", "--reason", "未接电话", "-q"
    ).strip()
    by_hand = ("ledger", "propose", "--rule", "violation", "--staff", "wu", "-q")
    for text in SOME:
        done = attempt(desk, *by_hand, "--reason", text)
        if done.code == 0 and contains(text):
            assert json.loads(do(desk, "show", done.out.strip(), "--json"))["reason"] == text
        attempt(desk, "ledger", "approve", entry, "--reason", text, "--amount", "20", "-n")
        attempt(desk, "ledger", "approve", entry, "--reason", "x", "--instead", text, "-n", allowed=REFUSED)
    for form in ("table", "json", "csv", "yaml"):
        do(desk, "ledger", "list", "--format", form)
    end(desk)


@pytest.mark.parametrize("options", [("--name",), ("--login", "--skill", "--class"), ("",)], ids=["name", "else", "id"])
def test_people_are_kept_or_refused(desk: Desk, options: tuple[str, ...]) -> None:
    for number, text in enumerate(SOME):
        option = options[number % len(options)]
        if not option:
            attempt(desk, "staff", "join", text, "--name", "孙示例", "--role", "field")
            continue
        staff = f"p{number}{option[2]}"
        given = {"--name": "孙示例", "--role": "field", option: text}
        argv = (word for pair in given.items() for word in pair)
        done = attempt(desk, "staff", "join", staff, *argv, "-q")
        if done.code != 0 or not contains(text):
            assert done.code == 0 or NO_ARGUMENT.search(text) or not contains(text), (option, text, done)
            continue
        key = {"--skill": "skills"}.get(option, option[2:])
        stored = json.loads(do(desk, "show", staff, "--json"))[key]
        assert stored == ([text] if option == "--skill" else text)
    do(desk, "worklist", "wu")
    attempt(desk, "suggest", "2", "--all")
    end(desk)


READING = (
    "show {}", "due {}", "list {}", "worklist {}", "suggest {}", "policy show {}", "help {}",
    "list --where content={}", "list --where {}", "list --search {}", "list --state {}", "list --contact {}",
    "list --since {}", "list --until {}", "list --limit {}", "list --sort {}", "list --fields {}", "list --format {}",
    "list --lang {}", "list --color {}", "overdue --owner {}", "overdue --register {}", "overdue --service {}",
    "overdue --soon {}", "overdue --as-of {}", "overdue --now {}", "overdue --wait {}", "--as {} list",
    "report monthly --month {}", "report daily --date {}", "report {}", "completion {}",
    "appraise --month {}", "appraise --staff {}", "appraise --staff wu --drill {}", "{}", "staff {}",
    "ledger due --month {}", "ledger due --staff {}", "ledger list --month {}", "ledger list --staff {}",
    "ledger fund --fund {}",
    "report staff --person {} --drill completed", "report monthly --drill {}",
    "why {}", "why orders --person {}", "why orders --month {}", "why orders --limit {}",
)  # fmt: skip
WRITING = (
    "ack {}", "claim {}", "triage {} --dispatch", "assign {} wu", "assign 2 {} -n", "assign 2 --helper {} wu -n",
    "reassign {} wu --reason x", "cancel {} --reason x", "cancel 2 --reason x --duplicate-of {}",
    "retract {} --reason x",
    "retract 2 {} --reason x -n", "urge {}", "triage 2 --refer {}", "reprice 2 {} --reason x -n",
    "paid 2 --amount {} -n", "ack 1 --at {} -n", "ask-extension 1 --until {} --reason x -n", "complete 1 --cost {} -n",
    "new-order --service {}", "new-order --kind {}", "new-order --channel {}", "new-order --priority {}",
    "new-order --department {}", "new-order --area {}", "new-order --price {}", "new-order --appointment {}",
    "staff join x --name x --role {}", "staff change wu --manager {} -n", "staff leave wu --kind {} -n",
    "--as {} ack 1 -n", "records writer {} -n",
    "attendance late {} --on today -n", "attendance late wu --on {} -n", "training plan --topic x --on {} -n",
    "training examined --topic x --staff wu --score {} -n", "training attended {} wu -n",
    "staff score wu --measure {} --month this --score 9 --reason x -n",
    "complaint new --content x --order {} -n", "complaint new --content x --order 1 --department {} -n",
    "complaint new --content x --order 1 --staff {} -n", "complaint new --content x --order 1 --received-by {} -n",
    "complaint new --content x --order 1 --resolved x --outcome {} -n", "complaint explain {}", "complaint finish {}",
    "complaint rule 1 --valid {} --reason x -n", "complaint classify 1 --severity {} --reason x -n",
    "complaint escalate 1 --to {} -n", "complaint analyse 1 --cause x --responsible {} -n",
    "complaint measure 1 --text x --due {} --owner wu -n", "complaint finish 1#{}",
    "ledger propose {} -n", "ledger propose --rule {} --staff wu --reason x -n",
    "ledger propose --rule unreachable --staff {} --reason x -n",
    "ledger propose --rule unreachable --staff wu --case {} --reason x -n",
    "ledger propose --rule unreachable --staff wu --amount {} --reason x -n", "ledger approve {} --reason x -n",
    "ledger spend --amount {} --reason x -n", "ledger spend --amount 1 --fund {} --reason x -n", "ledger paid {}",
)  # fmt: skip


@pytest.mark.heavy
@pytest.mark.parametrize("lines", [READING, WRITING], ids=["reading", "writing"])
def test_ids_keys_times_and_settings_are_understood_or_refused(
    desk: Desk, lines: tuple[str, ...], record_property: Callable[[str, object], None]
) -> None:
    """In the short form each line meets an eighth of the texts, the next line another one."""
    step = 1 if LONG else 8
    tried = sum(len(TYPED[number % step :: step]) for number in range(len(lines)))
    record_property("tried", f"{tried} of {len(lines) * len(TYPED)}")
    for number, line in enumerate(lines):
        for text in TYPED[number % step :: step]:
            if text not in ("--version", "-") and (line, text) != ("help {}", "--"):
                attempt(desk, *(word.replace("{}", text) for word in line.split()), allowed=(0, 1, *REFUSED))
    end(desk)


def test_ids_on_standard_input_are_understood_or_refused(desk: Desk) -> None:
    text = "\n".join(text for text in SOME if not HALF.search(text))
    attempt(desk, "ack", "-", "-n", input=text, allowed=REFUSED)
    attempt(desk, "ack", "-", "-0", "-n", input=text.replace("\n", "\0"), allowed=REFUSED)
    attempt(desk, "due", "-", input=b"\xff\xfe\n\x80", allowed=REFUSED)


PATHS = (
    "--records {} list", "--policies {} list", "new-order --from {}", "ack 1 -n --attach {}", "policy check {}",
)  # fmt: skip


def test_paths_are_read_or_refused(desk: Desk) -> None:
    for line in PATHS:
        for text in TYPED[:: 1 if LONG else 3]:
            if text != "-":
                attempt(desk, *(word.replace("{}", text) for word in line.split()), allowed=(0, 1, *REFUSED, 7))
    end(desk)


def test_a_title_of_the_rules_is_shown_harmlessly_or_refused(desk: Desk) -> None:
    draft = desk.folder / "policies.yaml"
    before = draft.read_text(encoding="utf-8")
    place = "title: 给排水维修"
    good = []
    for text in SOME:
        draft.write_text(before.replace(place, f"title: {quote_yaml(text)}", 1), encoding="utf-8")
        if attempt(desk, "policy", "check", allowed=(0, 1)).code == 0:
            good.append(text)
    assert len(good) > len(SOME) / 2
    attempt(desk, "policy", "check", allowed=(0, 1))
    titled = re.compile(r"^(  [a-z-]+: \{title: )([^,}]+)", re.M)
    left = [text for text in good if contains(text)]
    while left:
        draft.write_text(
            titled.sub(lambda hit: hit[1] + (quote_yaml(left.pop()) if left else hit[2]), before), encoding="utf-8"
        )
        if attempt(desk, "policy", "check", allowed=(0, 1)).code == 0:
            for argv in (["policy", "show"], ["list"], ["show", "1"], ["new-order", "--service", "?"]):
                attempt(desk, *argv)
    draft.write_text(before, encoding="utf-8")
    end(desk)


# --- too much of it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "option",
    ["--content", "--requirements", "--caller", "--phone", "--address", "--note", "--source-ref", "--request-id"],
)
def test_a_text_that_is_too_long_is_refused_by_name(desk: Desk, option: str) -> None:
    longest = "长" * (TEXT_LIMIT // 3) + "x" * (TEXT_LIMIT % 3)
    given = {**ORDER, "--caller": "李示例", option: longest + "x"}
    done = attempt(desk, "new-order", *(word for pair in given.items() for word in pair), allowed=(2,))
    assert done.err.startswith(f"dispatchctl: {option}: the text has {TEXT_LIMIT + 1} bytes")
    given[option] = longest
    order = do(desk, "new-order", "-q", *(word for pair in given.items() for word in pair)).strip()
    shown = json.loads(do(desk, "show", order, "--reveal", "--reason", "核对", "--json"))
    assert longest in json.dumps(shown, ensure_ascii=False)
    do(desk, "show", order)
    end(desk)


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["problem", "1", "--reason"], "--reason"),
        (["progress", "1", "--note"], "--note"),
        (["cancel", "2", "--reason"], "--reason"),
        (["staff", "join", "sun", "--role", "field", "--name"], "--name"),
        (["new-order", "--kind", "inquiry", "--content", "x", "--answered"], "--answered"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_reason_that_is_too_long_is_refused_by_name(desk: Desk, argv: list[str], named: str) -> None:
    done = attempt(desk, *argv, "x" * (TEXT_LIMIT + 1), allowed=(2,))
    assert named in done.err.split("the text has")[0]
    end(desk)
