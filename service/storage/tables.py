"""The tables of the information line: talks, answers given, opt-outs, and texts that callers asked for."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

# Whoever only asks is known by a keyed hash of the number alone. Times are seconds since 1970, UTC.
talks = Table(
    "talks",
    metadata,
    Column("phone", String(64), primary_key=True),
    Column("state", String(200), nullable=False, server_default=""),
    Column("language", String(2), nullable=False, server_default=""),
    Column("pace", String(8), nullable=False, server_default=""),
    Column("texted_at", BigInteger, nullable=False, server_default="0"),
    # For telling a machine that answers us from a person: the last text's hash, how often it came, and all texts.
    Column("same", String(16), nullable=False, server_default=""),
    Column("same_count", Integer, nullable=False, server_default="0"),
    Column("same_since", BigInteger, nullable=False, server_default="0"),
    Column("all_count", Integer, nullable=False, server_default="0"),
    Column("all_since", BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

answered = Table(
    "answered",
    metadata,
    Column("message_sid", String(64), primary_key=True),
    Column("answer", Text),
    Column("at", BigInteger, nullable=False),
    # Where the answer was a page: its topic and whom it reached, so that people can be told if the page was wrong.
    Column("phone", String(64), nullable=False, server_default=""),
    Column("topic", String(40), nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("phone", String(64), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("how", String(20), nullable=False),
    Column("lifted_at", BigInteger),
    sqlite_with_rowid=False,
)

errands = Table(
    "errands",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_sid", String(64), nullable=False),
    Column("place", String(12), nullable=False),
    Column("page", Integer, nullable=False),
    Column("language", String(2), nullable=False),
    Column("sender", String(20), nullable=False),
    # The number, encrypted; erased when the errand is final.
    Column("to_sealed", LargeBinary),
    Column("state", String(12), nullable=False, server_default="queued"),
    Column("reason", String(200), nullable=False, server_default=""),
    Column("message_sid", String(64)),
    Column("due_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index("once_a_page_a_call", "call_sid", "place", "page", unique=True),
    Index("errands_due", "state", "due_at"),
)

# What the try-out gateway was given, for the pretend phone to show. Empty where a real account is set.
simulated = Table(
    "simulated",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("to_number", String(20), nullable=False),
    Column("from_number", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("simulated_to", "to_number", "id"),
)
