"""The tables of the index: generated from the registers' pages, so that a new page needs no line here. Store."""

from dispatchctl import registers

CLOCK_COLUMNS = (
    "family",
    "case",
    "register",
    "clock",
    "instance",
    "item",
    "share",  # 0 for the first of its owners, 1, 2, ... for the others: a count of instances takes share 0
    "owner",
    "state",
    "started_at",
    "begins_at",
    "due_at",
    "stopped_at",
    "stopped_by",
    "breached",
    "paused_from",
    "paused_until",
    "provisional",
    "before_rules",
    "extension",
    "warn_at",
    "levels",
    "policy",
    "limit",
    "counting",
    "source",
    "urged_at",
    "urged_level",
    "order_id",
    "service",
    "priority",
    "area",
    "department",
)

CASE_HEAD = ("id", "family", "state", "final", "first_at", "by", "recorded", "conflicts")

BASE = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE files(no INTEGER PRIMARY KEY, name TEXT UNIQUE, register TEXT, month TEXT, writer TEXT, part INTEGER,
  size INTEGER, seq INTEGER, crc INTEGER, columns TEXT, recorded INTEGER, disk_size INTEGER, mtime INTEGER,
  inode INTEGER, crc_before INTEGER);
CREATE TABLE faults(file TEXT, line INTEGER, "column" INTEGER, code TEXT, message TEXT, allowed TEXT, hint TEXT);
CREATE TABLE families(id TEXT PRIMARY KEY, places BLOB) WITHOUT ROWID;
CREATE TABLE requests(key TEXT PRIMARY KEY, register TEXT, id TEXT, event TEXT, file TEXT, seq INTEGER,
  recorded INTEGER) WITHOUT ROWID;
CREATE TABLE sources(ref TEXT, event TEXT, register TEXT, id TEXT, recorded INTEGER, PRIMARY KEY(ref, event))
  WITHOUT ROWID;
CREATE TABLE counters(register TEXT, writer TEXT, day TEXT, number INTEGER, PRIMARY KEY(register, writer, day))
  WITHOUT ROWID;
CREATE TABLE contacts(id TEXT PRIMARY KEY, place INTEGER, length INTEGER, phone BLOB, address BLOB) WITHOUT ROWID;
CREATE INDEX contacts_phone ON contacts(phone);
CREATE INDEX contacts_address ON contacts(address);
"""

CLOCK_INDEXES = """
CREATE INDEX clocks_family ON clocks(family);
CREATE INDEX clocks_running ON clocks(due_at) WHERE state = 'running';
CREATE INDEX clocks_due ON clocks(due_at, clock);
"""

# Events whose time puts cases into a period of a report: asked for every day, so their indexes are not left to the
# first report (questions.prepare_time), which would read all of history for them.
MEASURED = {
    "orders": ("taken", "answered", "referred", "cancelled", "reopened", "closed", "paid"),
    "assignments": ("assigned", "completed", "extension-asked"),
    "notices": ("urged",),
}


def quote(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def mark_column(event: str) -> str:
    """The column that holds when an event last happened to a case, in seconds."""
    return f"at:{event}"


def case_columns(register: str) -> tuple[str, ...]:
    """The columns of a register's table: what every case has, its fields as text, its events' last times."""
    page = registers.get(register)
    return (
        *CASE_HEAD,
        *(field.name for field in page.fields if field.name not in ("row", "by")),
        *(mark_column(event.name) for event in page.events),
    )


def case_table(register: str) -> str:
    """The statements that make a register's table and its indexes."""
    whole = {"final", "first_at", "recorded", "conflicts"}
    columns = ", ".join(
        quote(name) + (" INTEGER" if name in whole or name.startswith("at:") else " TEXT")
        for name in case_columns(register)
    )
    columns = columns.replace('"id" TEXT', '"id" TEXT PRIMARY KEY', 1)
    table = quote(register)
    statements = [
        f"CREATE TABLE {table}({columns});",
        f"CREATE INDEX {quote(register + '_open')} ON {table}(state) WHERE final = 0;",
        f"CREATE INDEX {quote(register + '_first')} ON {table}(first_at);",
    ]
    for event in MEASURED.get(register, ()):
        column = quote(mark_column(event))
        statements.append(
            f"CREATE INDEX {quote(f'{register}_{event}')} ON {table}({column}) WHERE {column} IS NOT NULL;"
        )
    return "\n".join(statements)


def all_statements() -> str:
    """Everything a new index needs."""
    clocks = ", ".join(quote(name) for name in CLOCK_COLUMNS)
    tables = [case_table(register) for register in registers.NAMES]
    links = [
        "CREATE INDEX assignments_order ON assignments(order_id);",
        'CREATE INDEX assignments_assignee ON assignments(assignee, "at:assigned");',
        "CREATE INDEX assignments_load ON assignments(assignee, state, order_id) WHERE final = 0;",
        'CREATE INDEX notices_case ON notices("case");',
        "CREATE INDEX orders_contact ON orders(contact_id);",
    ]
    return "\n".join([BASE, f"CREATE TABLE clocks({clocks});", CLOCK_INDEXES, *tables, *links])


def insert_statement(table: str, columns: tuple[str, ...]) -> str:
    """INSERT OR REPLACE with one place for each column."""
    names = ", ".join(quote(name) for name in columns)
    return f"INSERT OR REPLACE INTO {quote(table)}({names}) VALUES ({', '.join('?' * len(columns))})"
