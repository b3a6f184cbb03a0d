"""
Several plans over the same records: what two of them ask alike is worked out once.

A plan is a list of tables, each filled by a query over the tables before it and the records. Two
tables are the same if their queries are, and the tables that these read; the second plan then takes
the one that is there. So a changed value costs only what follows from it, and the result is that of
the whole plan, since it is the whole plan's queries that made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Final

import duckdb

from spinewise.measures.compile import Plan
from spinewise.measures.compile.screen import FINDING_CODE
from spinewise.measures.run import Progress, fill
from spinewise.tables import SUMMARIES, TABLES

_READS: Final = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_][a-z0-9_]*)", re.IGNORECASE)
_WORD: Final = re.compile(r"[a-z_][a-z0-9_]*")
RESULT: Final = "pattern"
"""The table that every schema has a name for, to be compared by."""
_OURS: Final = """
    SELECT schema_name FROM duckdb_schemas()
    WHERE NOT internal AND schema_name NOT IN ('main', 'kept')
"""
_RECORDS: Final = frozenset({*TABLES, *SUMMARIES})


class Runs:
    """
    The plans that were run on one connection, each in a schema of its own.

    ``connection`` sees the record tables by their names; it must be used for nothing else that
    depends on its search path.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, records: str = "main") -> None:
        """``records``: the schema in which record tables are looked for first."""
        self._connection = connection
        self._records = records
        self._made: dict[str, str] = {}
        self._keys: dict[str, dict[str, str]] = {}
        for schema in connection.execute(_OURS).fetchall():
            connection.execute(f"DROP SCHEMA {schema[0]} CASCADE")
        connection.execute("CREATE SCHEMA made")
        connection.execute("SET checkpoint_threshold = '1TB'")

    def run(
        self, plan: Plan, schema: str, progress: Progress | None = None, *, beside: str = ""
    ) -> list[str]:
        """
        Run a plan in a new schema and use it; the names of the tables that had to be made.

        ``beside``: the schema of an earlier plan, in which what is the same is looked for.
        """
        self._connection.execute(f"CREATE SCHEMA {schema}")
        self._keys[schema] = {}
        self.use(schema, beside)
        there = self._keys.get(beside, {})
        keys: dict[str, str] = {}
        made = []
        columns, rows = plan.code_is
        for name, shape, content in (
            ("code_is", columns, rows),
            ("finding_code", FINDING_CODE, plan.finding_code),
        ):
            key = _digest(repr((shape, content)))
            if key not in self._made:
                fill(self._connection, f"made.{name}_{key}", shape, content)
                made.append(name)
            self._take(schema, name, key, there)
            keys[name] = key
        # Of the codes, a query depends on the columns that it names.
        codes = {
            column: _digest(repr([(row[0], row[n]) for row in rows if row[n]]))
            for n, column in enumerate(columns)
        }
        for number, (name, query) in enumerate(plan.steps):
            if progress:
                progress("measure", number, len(plan.steps))
            inputs = [
                f"{table} {keys[table]}" for table in reads(query, keys) if table != "code_is"
            ]
            if "code_is" in reads(query, keys):
                words = set(_WORD.findall(query))
                inputs += [f"{column} {key}" for column, key in codes.items() if column in words]
            key = _digest(query, *inputs)
            if key not in self._made:
                self._connection.execute(f"CREATE TABLE made.{name}_{key} AS {query}")
                made.append(name)
            self._take(schema, name, key, there)
            keys[name] = key
        for name, query in plan.views:
            self._connection.execute(f"CREATE VIEW {schema}.{name} AS {query}")
        return made

    def use(self, schema: str, beside: str = "") -> None:
        """Let the names of tables mean those of a plan that was run."""
        places = dict.fromkeys([schema, beside, self._records, "main"])
        self._connection.execute(f"SET search_path = '{','.join(p for p in places if p)}'")

    @contextmanager
    def once(self, plan: Plan, schema: str, *, beside: str = "") -> Iterator[list[str]]:
        """Run a plan and forget it, with the tables that only it needed; else as :meth:`run`."""
        before = set(self._made)
        try:
            yield self.run(plan, schema, beside=beside)
        finally:
            self.use("made")
            self._connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            for key in set(self._made) - before:
                self._connection.execute(f"DROP TABLE {self._made.pop(key)}")

    def _take(self, schema: str, name: str, key: str, there: dict[str, str]) -> None:
        self._keys[schema][name] = key
        table = self._made.setdefault(key, f"made.{name}_{key}")
        if there.get(name) == key and name != RESULT:
            return
        self._connection.execute(f"CREATE VIEW {schema}.{name} AS FROM {table}")


def reads(query: str, tables: dict[str, str]) -> list[str]:
    """The tables of a plan that a query reads, in order; some that it only seems to, perhaps."""
    return sorted(set(_READS.findall(query)).intersection(tables))


def reads_records(query: str) -> bool:
    """Whether a query reads record tables."""
    return not _RECORDS.isdisjoint(_READS.findall(query))


def _digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:24]
