"""
Rows that references tie to one imaging order.

A row names itself and the rows it points at (``links``): a report names its study, the study its
procedure, the procedure its order. Rows that share a name, over however many hops, are one image.
"""

from __future__ import annotations

import duckdb


def build(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Make ``linked (row, link)`` from ``link_names (row, name, imaging)``.

    ``link`` is the greatest of all names that hang together, the same for each of their rows.
    Rows that hang together with no imaging row are left out.
    """
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE groups AS
        SELECT name, max(name) AS link FROM link_names GROUP BY name"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE bridges AS
        SELECT row, name FROM link_names
        WHERE row IN (SELECT row FROM link_names GROUP BY row HAVING count(DISTINCT name) > 1)"""
    )
    while _spread(connection):
        pass
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE linked AS
        WITH rows AS (
            SELECT row, max(link) AS link, bool_or(imaging) AS imaging
            FROM link_names JOIN groups USING (name) GROUP BY row
        )
        SELECT row, link FROM rows
        SEMI JOIN (SELECT link FROM rows WHERE imaging) AS images USING (link)"""
    )
    connection.execute("DROP TABLE groups; DROP TABLE bridges")


def _spread(connection: duckdb.DuckDBPyConnection) -> bool:
    """Carry the greatest name one hop on; whether anything changed."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE changed AS
        WITH reached AS (
            SELECT row, max(link) AS link FROM bridges JOIN groups USING (name) GROUP BY row
        )
        SELECT name, max(reached.link) AS link, any_value(groups.link) AS before
        FROM bridges JOIN reached USING (row) JOIN groups USING (name)
        GROUP BY name HAVING max(reached.link) > any_value(groups.link)"""
    )
    changed = connection.execute("SELECT count(*) FROM changed").fetchone()
    # A group's name moves as a whole: what was called `before` is called `link` now.
    connection.execute(
        """UPDATE groups SET link = moved.link
        FROM (SELECT before, max(link) AS link FROM changed GROUP BY before) AS moved
        WHERE groups.link = moved.before"""
    )
    connection.execute("DROP TABLE changed")
    return changed is not None and changed[0] > 0
