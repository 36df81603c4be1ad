"""How do rows live in memory during a batch, so that later commands see what earlier ones did, and reach the database once?

Reads go through an identity map; inserts and changes are buffered. The flush adds new rows, then changes old ones under the
condition that nobody else has written them since they were read (`posting_sequence` as seen). If the count of changed rows is
short, somebody has: `ChangedMeanwhile` rolls the batch back and it is tried again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from kernel.errors import NotFound
from transactional.engine.shapes import CHILDREN, CODES, PARENTS_FIRST, UNIQUE, Shape, shape
from transactional.engine.store import Session

__all__ = ["ChangedMeanwhile", "Row", "Rows"]

Row = dict[str, Any]


class ChangedMeanwhile(Exception):
    """Another transaction wrote a row between our reading and our writing it."""


class Rows:
    """The rows of one batch."""

    def __init__(self, session: Session, known_codes: dict[tuple[str, str], int]) -> None:
        self._session = session
        self._parse_dates = session.dialect == "sqlite"
        self._live: dict[str, dict[Any, Row]] = defaultdict(dict)
        self._new: dict[str, list[Row]] = defaultdict(list)
        self._new_keys: set[tuple[str, Any]] = set()
        self._seen: dict[tuple[str, Any], int] = {}
        self._changed: dict[tuple[str, Any], set[str]] = {}
        self._groups: dict[tuple[str, str], dict[Any, list[Row]]] = defaultdict(dict)
        self._named: dict[tuple[str, tuple[Any, ...]], Row] = {}
        self._known_codes = known_codes
        self.new_codes: dict[tuple[str, str], int] = {}
        self._fresh_ids: set[int] = set()

    def note_fresh_id(self, identifier: int) -> None:
        """An id handed out in this batch: nothing in the database can point at it yet."""
        self._fresh_ids.add(identifier)

    def insert(self, table: str, columns: Row, sequence: int) -> Row:
        """Buffer a new row; unnamed columns take their defaults."""
        form = shape(table)
        row = {**form.defaults, **columns}
        if form.has_sequence:
            row["posting_sequence"] = sequence
        if len(row) != len(form.columns):
            raise TypeError(f"{table} has no column {sorted(set(row) - set(form.columns))}")
        if None in form.required_of(row):
            missing = [column for column in sorted(form.required) if row[column] is None]
            raise TypeError(f"{table}.{missing[0]} needs a value")
        key = form.key_of(row)
        self._live[table][key] = row
        self._new[table].append(row)
        self._new_keys.add((table, key))
        for parent in CHILDREN.get(table, ()):
            value = row[parent]
            groups = self._groups[(table, parent)]
            if value in groups:
                groups[value].append(row)
            elif value in self._fresh_ids:
                groups[value] = [row]
        if table in UNIQUE:
            self._named[(table, tuple(row[column] for column in UNIQUE[table]))] = row
        code = CODES.get(table)
        if code is not None:
            self.new_codes[(table, row[code])] = key
        return row

    def row(self, table: str, key: Any) -> Row:
        """One row by primary key. Raises NotFound."""
        found = self.get(table, key)
        if found is None:
            raise NotFound("ledger.no_such_row", table=table, key=key)
        return found

    def get(self, table: str, key: Any) -> Row | None:
        """One row by primary key, or None."""
        found = self._live[table].get(key)
        if found is None:
            form = shape(table)
            values = self._session.rows(form.by_key, self._plain(key if isinstance(key, tuple) else (key,)))
            if not values:
                return None
            found = self._adopt(form, values[0])
        return found

    def change(self, table: str, key: Any, columns: Row, sequence: int) -> Row:
        """Buffer a change of an existing row."""
        row = self.row(table, key)
        row.update(columns)
        row["posting_sequence"] = sequence
        if (table, key) not in self._new_keys:
            self._changed.setdefault((table, key), set()).update(columns)
        return row

    def children(self, table: str, column: str, value: Any) -> list[Row]:
        """Rows of `table` whose `column` is `value`, in key order when read, new ones behind; a live list, do not keep it."""
        groups = self._groups[(table, column)]
        if value not in groups:
            form = shape(table)
            order = ", ".join(form.key)
            found = self._session.rows(f"{form.select} WHERE {column} = ? ORDER BY {order}", self._plain((value,)))
            rows = [self._adopt(form, values) for values in found]
            known = {form.key_of(row) for row in rows}
            rows.extend(row for row in self._new[table] if row[column] == value and form.key_of(row) not in known)
            groups[value] = rows
        return groups[value]

    def find(self, table: str, **columns: Any) -> Row | None:
        """The one row named by the columns of `UNIQUE`, or None."""
        values = tuple(columns[column] for column in UNIQUE[table])
        name = (table, values)
        row = self._named.get(name)
        if row is None:
            found = self.read(table, " AND ".join(f"{column} = ?" for column in UNIQUE[table]), values)
            if not found:
                return None
            row = self._named[name] = found[0]
        return row

    def find_code(self, table: str, code: str) -> int | None:
        """Key of master data by its code, or None."""
        name = (table, code)
        key = self._known_codes.get(name)
        if key is None:
            key = self.new_codes.get(name)
        if key is None:
            form = shape(table)
            found = self._session.rows(f"SELECT {form.key[0]} FROM {table} WHERE {CODES[table]} = ?", (code,))
            if found:
                key = int(found[0][0])
                # Read from the database, so it may outlive the batch even if the batch fails.
                self._known_codes[name] = key
        return key

    def new_rows(self, table: str) -> list[Row]:
        """Rows of a table that this batch created."""
        return self._new[table]

    def read(self, table: str, where: str, values: Iterable[Any]) -> list[Row]:
        """Rows the database already holds, by a condition; what this batch buffered is not among the candidates,
        but a row this batch changed comes back as changed."""
        form = shape(table)
        found = self._session.rows(f"{form.select} WHERE {where}", self._plain(tuple(values)))
        return [self._adopt(form, row) for row in found]

    def flush(self) -> None:
        """Write everything. Raises ChangedMeanwhile when an old row is no longer what was read."""
        for table in sorted(self._new, key=PARENTS_FIRST.__getitem__):
            rows = self._new[table]
            form = shape(table)
            self._session.insert(table, form.columns, (self._tuple(form, row) for row in rows), len(rows))
        grouped: dict[tuple[str, tuple[str, ...]], list[Any]] = defaultdict(list)
        for (table, key), columns in self._changed.items():
            grouped[(table, tuple(sorted(columns)))].append(key)
        for (table, names), keys in sorted(grouped.items()):
            form = shape(table)
            keys.sort()  # every poster locks rows in the same order
            assigned = ", ".join(f"{name} = ?" for name in (*names, "posting_sequence"))
            located = " AND ".join(f"{part} = ?" for part in form.key)
            statement = f"UPDATE {table} SET {assigned} WHERE {located} AND posting_sequence = ?"
            values = []
            for key in keys:
                row = self._live[table][key]
                parts = key if isinstance(key, tuple) else (key,)
                values.append(
                    self._plain((*(row[name] for name in names), row["posting_sequence"], *parts, self._seen[(table, key)]))
                )
            if self._session.many(statement, values) != len(keys):
                raise ChangedMeanwhile(table)

    def _adopt(self, form: Shape, values: tuple[Any, ...]) -> Row:
        row = form.read(values, self._parse_dates)
        key = form.key_of(row)
        live = self._live[form.name]
        if key in live:
            return live[key]
        live[key] = row
        if form.has_sequence:
            self._seen[(form.name, key)] = row["posting_sequence"]
        return row

    def _tuple(self, form: Shape, row: Row) -> tuple[Any, ...]:
        if self._parse_dates and form.dates:
            values = [row[column] for column in form.columns]
            for position in form.dates:
                if values[position] is not None:
                    values[position] = values[position].isoformat()
            return tuple(values)
        return form.values_of(row)

    def _plain(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self._parse_dates:
            return values
        return tuple(value.isoformat() if isinstance(value, date) else value for value in values)
