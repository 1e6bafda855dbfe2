"""The tables of the index: a register's is made from its page; what is asked of it daily has an index here. Store."""

from dispatchctl.registers import Pages
from dispatchctl.registers.page import ALONE, SPAN, Register, list_carried
from dispatchctl.store.conditions import MARKED_ALONE, RUNNING

# Facts below the cases, made anew with their family; what makes them is judged by the rules, never here.
FACT_TABLES = ("charges", "facts", "scores")

FACT_INDEXES = """
CREATE INDEX charges_family ON charges(family);
CREATE INDEX charges_at ON charges(at);
CREATE INDEX charges_person ON charges(rule, staff, at, running, evidence, fact);
CREATE INDEX facts_family ON facts(family);
CREATE INDEX facts_evidence ON facts(evidence, fact);
CREATE INDEX facts_fact ON facts(fact, evidence);
CREATE INDEX scores_family ON scores(family);
CREATE INDEX scores_month ON scores(month);
CREATE INDEX scores_at ON scores(at);
"""

ROW_HEAD = ("family", "id", "ref", "at", "by")
CASE_HEAD = ("id", "family", "state", "final", "first_at", "by", "recorded", "conflicts")

BASE = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE files(no INTEGER PRIMARY KEY, name TEXT UNIQUE, register TEXT, month TEXT, writer TEXT, part INTEGER,
  size INTEGER, seq INTEGER, crc INTEGER, columns TEXT, recorded INTEGER, disk_size INTEGER, mtime INTEGER,
  inode INTEGER, crc_before INTEGER, rows INTEGER);
CREATE TABLE faults(file TEXT, line INTEGER, "column" INTEGER, code TEXT, message TEXT, allowed TEXT, hint TEXT);
CREATE TABLE families(id TEXT PRIMARY KEY, places BLOB) WITHOUT ROWID;
CREATE TABLE requests(key TEXT PRIMARY KEY, register TEXT, id TEXT, event TEXT, file TEXT, seq INTEGER,
  recorded INTEGER) WITHOUT ROWID;
CREATE TABLE sources(ref TEXT, event TEXT, register TEXT, id TEXT, recorded INTEGER, PRIMARY KEY(ref, event))
  WITHOUT ROWID;
CREATE TABLE counters(register TEXT, writer TEXT, day TEXT, number INTEGER, PRIMARY KEY(register, writer, day))
  WITHOUT ROWID;
CREATE TABLE seen(name TEXT PRIMARY KEY, seq INTEGER) WITHOUT ROWID;
CREATE TABLE given(register TEXT, writer TEXT, day TEXT, number INTEGER, PRIMARY KEY(register, writer, day))
  WITHOUT ROWID;
CREATE TABLE named(register TEXT, writer TEXT, day TEXT, number INTEGER, id TEXT, ref TEXT,
  PRIMARY KEY(register, writer, day)) WITHOUT ROWID;
CREATE TABLE adopted(name TEXT PRIMARY KEY, seq INTEGER) WITHOUT ROWID;
CREATE TABLE cut(name TEXT PRIMARY KEY, sealed INTEGER, size INTEGER, seal TEXT) WITHOUT ROWID;
CREATE TABLE contacts(id TEXT PRIMARY KEY, place INTEGER, length INTEGER, phone BLOB, address BLOB) WITHOUT ROWID;
CREATE INDEX contacts_phone ON contacts(phone);
CREATE INDEX contacts_address ON contacts(address);
"""

CLOCK_INDEXES = f"""
CREATE INDEX clocks_family ON clocks(family);
CREATE INDEX clocks_running ON clocks(due_at) WHERE {RUNNING};
CREATE INDEX clocks_due ON clocks(due_at, clock, share, state, breached, owner, department, service, priority);
"""

# Events whose time puts cases into a period of a report: asked for every day, so their indexes are not left to the
# first report (questions.prepare_time), which would read all of history for them.
MEASURED = {
    "orders": ("taken", "answered", "referred", "cancelled", "reopened", "closed", "paid"),
    "assignments": ("assigned", "completed", "extension-asked"),
    "notices": ("urged",),
    "complaints": ("registered", "ruled-valid"),
    "followups": ("answered", "not-reached"),
    "ledger": ("approved",),
    "attendance": ("late", "absent"),
    "training": ("examined",),
}


def quote(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def mark_column(event: str) -> str:
    """The column that holds when an event last happened to a case, in seconds."""
    return f"at:{event}"


def list_fields(page: Register) -> list[str]:
    """The fields that a register's table keeps: the page's own, and what is derived from them."""
    names = [field.name for field in (*page.fields, *page.derived) if field.name not in ("row", "by")]
    return list(dict.fromkeys(names))


def case_columns(page: Register) -> tuple[str, ...]:
    """The columns of a register's table: what every case has, its fields as text, its events' last times."""
    return (
        *CASE_HEAD,
        *list_fields(page),
        *(mark_column(event.name) for event in page.events),
    )


def case_table(page: Register) -> str:
    """The statements that make a register's table and its indexes."""
    register = page.name
    whole = {"final", "first_at", "recorded", "conflicts"}
    columns = ", ".join(
        quote(name) + (" INTEGER" if name in whole or name.startswith("at:") else " TEXT")
        for name in case_columns(page)
    )
    columns = columns.replace('"id" TEXT', '"id" TEXT PRIMARY KEY', 1)
    table = quote(register)
    statements = [
        f"CREATE TABLE {table}({columns});",
        f"CREATE INDEX {quote(register + '_open')} ON {table}(state) WHERE final = 0;",
        f"CREATE INDEX {quote(register + '_first')} ON {table}(first_at);",
    ]
    if any(field == ALONE for field in page.fields):
        statements.append(f"CREATE INDEX {quote(register + '_alone')} ON {table}(id) WHERE {MARKED_ALONE};")
    for event in MEASURED.get(register, ()):
        column = quote(mark_column(event))
        statements.append(
            f"CREATE INDEX {quote(f'{register}_{event}')} ON {table}({column}) WHERE {column} IS NOT NULL;"
        )
    return "\n".join(statements)


def row_columns(page: Register, event: str) -> tuple[str, ...]:
    """The columns of the table of an event's rows: its family, its case, its reference, when, who, what it carries."""
    return (*ROW_HEAD, *list_carried(page, event))


def row_table(page: Register, event: str) -> str:
    """The statements that make the table of an event's rows, `orders.paid`, and its indexes."""
    name = f"{page.name}.{event}"
    columns = ", ".join(quote(each) + (" INTEGER" if each == "at" else " TEXT") for each in row_columns(page, event))
    return (
        f"CREATE TABLE {quote(name)}({columns});\n"
        f"CREATE INDEX {quote(f'{name} family')} ON {quote(name)}(family);\n"
        f"CREATE INDEX {quote(f'{name} at')} ON {quote(name)}(at);"
    )


SPAN_COLUMNS = ("family", "id", "until", "elapsed", "counted")


def counted_columns(name: str, pages: Pages) -> tuple[str, ...]:
    """The columns of a table of what measures count: rows of an event, or (`orders.taken..closed`) spans of cases."""
    register, _, event = name.partition(".")
    return SPAN_COLUMNS if SPAN in event else row_columns(pages.get(register), event)


def counted_table(name: str, pages: Pages) -> str:
    """The statements that make such a table and its indexes."""
    register, _, event = name.partition(".")
    if SPAN not in event:
        return row_table(pages.get(register), event)
    return (
        f"CREATE TABLE {quote(name)}(family TEXT, id TEXT PRIMARY KEY,"
        f" until INTEGER, elapsed INTEGER, counted INTEGER);\n"
        f"CREATE INDEX {quote(f'{name} family')} ON {quote(name)}(family);\n"
        f"CREATE INDEX {quote(f'{name} until')} ON {quote(name)}(until);"
    )


def judged_tables() -> dict[str, tuple[str, ...]]:
    """The tables of what judging gives besides the cases, each with its columns: the names of its rows."""
    from dispatchctl.store.fact_rows import ChargeRow, FactRow, ScoreRow  # few commands make an index
    from dispatchctl.store.judgements import ClockRow

    return {
        "clocks": ClockRow._fields,
        "charges": ChargeRow._fields,
        "facts": FactRow._fields,
        "scores": ScoreRow._fields,
    }


def all_statements(pages: Pages, counted: tuple[str, ...] = ()) -> str:
    """Everything that a new index of these registers needs. counted: `Rulebook.counted`."""
    from dispatchctl.store.fact_rows import write_evidence

    tables = [case_table(pages.get(register)) for register in pages.names]
    links = [
        "CREATE INDEX assignments_order ON assignments(order_id);",
        'CREATE INDEX assignments_assignee ON assignments(assignee, "at:assigned");',
        "CREATE INDEX assignments_load ON assignments(assignee, state, order_id) WHERE final = 0;",
        'CREATE INDEX notices_case ON notices("case");',
        "CREATE INDEX orders_contact ON orders(contact_id);",
        "CREATE INDEX complaints_contact ON complaints(contact_id);",
        "CREATE INDEX followups_about ON followups(about);",
        "CREATE INDEX ledger_key ON ledger(key);",
        f"CREATE INDEX ledger_evidence ON ledger({write_evidence('evidence')});",
        'CREATE INDEX ledger_staff ON ledger(staff, "at:approved");',
        "CREATE INDEX ledger_occurred ON ledger(occurred_at);",
        "CREATE INDEX ledger_fund ON ledger(fund) WHERE fund IS NOT NULL;",
    ]
    judged = [f"CREATE TABLE {name}({', '.join(map(quote, columns))});" for name, columns in judged_tables().items()]
    tables += [counted_table(name, pages) for name in counted]
    return "\n".join([BASE, *judged, CLOCK_INDEXES, FACT_INDEXES, *tables, *links])


def insert_statement(table: str, columns: tuple[str, ...]) -> str:
    """INSERT OR REPLACE with one place for each column."""
    names = ", ".join(quote(name) for name in columns)
    return f"INSERT OR REPLACE INTO {quote(table)}({names}) VALUES ({', '.join('?' * len(columns))})"
