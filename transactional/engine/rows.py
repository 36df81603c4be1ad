"""How do rows live in memory during a batch, so that later commands see what earlier ones did, and reach the database once?

Reads go through an identity map; inserts and changes are buffered. The flush adds new rows, then changes old ones under the
condition that nobody else has written them since they were read (`posting_sequence` as seen). If the count of changed rows is
short, somebody has: `ChangedMeanwhile` rolls the batch back and it is tried again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import Any

from kernel.errors import NotFound
from transactional.engine.days import TEXT_OF
from transactional.engine.held import Held, Row, Tables
from transactional.engine.ids import Counter
from transactional.engine.shapes import CODES, PARENTS_FIRST, UNIQUE, Shape, shape
from transactional.engine.store import Session

__all__ = ["ChangedMeanwhile", "Row", "Rows"]


class ChangedMeanwhile(Exception):
    """Another transaction wrote a row between our reading and our writing it."""


class Rows:
    """The rows of one batch.

    Args:
        known_codes: keys of master data by table and code, from earlier batches.
        ids: where the keys of this batch's rows come from.
        tables: what may be believed of earlier batches, see `memory`.
    """

    def __init__(self, session: Session, known_codes: dict[tuple[str, str], int], ids: Counter, tables: dict[str, Held]) -> None:
        self._session = session
        self._dates_are_text = session.dialect == "sqlite"
        self._tables = Tables(tables)
        self._known_codes = known_codes
        self._is_own = ids.is_own
        self.new_codes: dict[tuple[str, str], int] = {}

    def insert(self, table: str, columns: Row, sequence: int) -> Row:
        """Buffer a new row; unnamed columns take their defaults."""
        form = self._tables[table].form
        row = {**form.defaults, **columns}
        if form.has_sequence:
            row["posting_sequence"] = sequence
        if len(row) != len(form.columns):
            raise TypeError(f"{table} has no column {sorted(set(row) - set(form.columns))}")
        if None in form.required_of(row):
            missing = [column for column in sorted(form.required) if row[column] is None]
            raise TypeError(f"{table}.{missing[0]} needs a value")
        return self.insert_whole(table, row)

    def insert_whole(self, table: str, row: Row) -> Row:
        """Buffer a new row that names every column, `posting_sequence` too: what the engine writes by the hundred thousand."""
        held = self._tables[table]
        form = held.form
        key = form.key_of(row)
        held.live[key] = row
        held.new.append(row)
        for parent, groups, waiting in held.kin:
            value = row[parent]
            group = groups.get(value)
            if group is not None:
                group.append(row)
            elif self._is_own(value):
                # The parent is of this batch: nothing in the database can point at it yet.
                groups[value] = [row]
            else:
                waiting.setdefault(value, []).append(row)
        if form.unique_of is not None:
            held.named[form.unique_of(row)] = row
        if form.code is not None:
            self.new_codes[(table, row[form.code])] = key
        return row

    def append(self, table: str, values: tuple[Any, ...]) -> None:
        """Buffer a new row by its values in the order of the table's columns; it is written, but not to be read in this batch."""
        held = self._tables[table]
        if len(values) != len(held.form.columns):
            raise TypeError(f"{table} has {len(held.form.columns)} columns, got {len(values)} values")
        held.flat.extend(values)

    def row(self, table: str, key: Any) -> Row:
        """One row by primary key. Raises NotFound."""
        found = self._tables[table].live.get(key) or self.get(table, key)
        if found is None:
            raise NotFound("ledger.no_such_row", table=table, key=key)
        return found

    def get(self, table: str, key: Any) -> Row | None:
        """One row by primary key, or None."""
        held = self._tables[table]
        found = held.live.get(key)
        if found is None:
            values = self._session.rows(held.form.by_key, key if isinstance(key, tuple) else (key,))
            if not values:
                return None
            found = self._adopt(held, values[0])
        return found

    def change(self, table: str, key: Any, columns: Row, sequence: int) -> Row:
        """Buffer a change of an existing row."""
        held = self._tables[table]
        row = held.live.get(key)
        if row is None:
            row = self.row(table, key)
        row.update(columns)
        row["posting_sequence"] = sequence
        if key in held.seen:
            changed = held.changed.get(key)
            if changed is None:
                held.changed[key] = set(columns)
            else:
                changed.update(columns)
        return row

    def changes_of(self, table: str, key: Any) -> set[str]:
        """The changed columns of a row, to add to: for the engine's own rows, which it changes in place by the hundred thousand.
        Whoever uses it also sets the row's `posting_sequence`."""
        held = self._tables[table]
        return held.changed.setdefault(key, set()) if key in held.seen else set()

    def children(self, table: str, column: str, value: Any) -> list[Row]:
        """Rows of `table` whose `column` is `value`, in key order when read, new ones behind; a live list, do not keep it."""
        held = self._tables[table]
        group = held.groups[column].get(value)
        if group is None:
            form = held.form
            order = ", ".join(form.key)
            found = self._session.rows(f"{form.select} WHERE {column} = ? ORDER BY {order}", self._plain((value,)))
            group = [self._adopt(held, values) for values in found]
            group.extend(held.waiting[column].pop(value, ()))
            held.groups[column][value] = group
        return group

    def find(self, table: str, **columns: Any) -> Row | None:
        """The one row named by the columns of `UNIQUE`, or None."""
        named = self._tables[table].named
        name = tuple([columns[column] for column in UNIQUE[table]])
        row = named.get(name)
        if row is None:
            found = self.read(table, " AND ".join(f"{column} = ?" for column in UNIQUE[table]), name)
            if not found:
                return None
            row = named[name] = found[0]
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
        return self._tables[table].new

    def read(self, table: str, where: str, values: Iterable[Any]) -> list[Row]:
        """Rows the database already holds, by a condition; what this batch buffered is not among the candidates,
        but a row this batch changed comes back as changed."""
        held = self._tables[table]
        found = self._session.rows(f"{held.form.select} WHERE {where}", self._plain(tuple(values)))
        return [self._adopt(held, row) for row in found]

    def flush(self) -> None:
        """Write everything. Raises ChangedMeanwhile when an old row is no longer what was read."""
        for table in sorted(self._tables, key=PARENTS_FIRST.__getitem__):
            held = self._tables[table]
            values = list(chain.from_iterable(map(held.form.values_of, held.new)))
            values += held.flat
            if values:
                self._session.insert(table, held.form.columns, self._with_plain_dates(held.form, values))
        for table in sorted(self._tables):
            self._flush_changes(table, self._tables[table])

    def release(self) -> dict[str, Held]:
        """Let go of every row; what was held of each table."""
        tables, self._tables = self._tables, Tables()
        return tables

    def _flush_changes(self, table: str, held: Held) -> None:
        form = held.form
        grouped: dict[tuple[str, ...], list[Any]] = defaultdict(list)
        for key, columns in held.changed.items():
            if columns:
                grouped[tuple(sorted(columns))].append(key)
        located = " AND ".join(f"{part} = ?" for part in form.key)
        for names, keys in sorted(grouped.items()):
            keys.sort()  # every poster locks rows in the same order
            assigned = ", ".join(f"{name} = ?" for name in (*names, "posting_sequence"))
            statement = f"UPDATE {table} SET {assigned} WHERE {located} AND posting_sequence = ?"
            values_of = itemgetter(*[*names, "posting_sequence", *form.key])
            values = [(*values_of(held.live[key]), held.seen[key]) for key in keys]
            if not form.date_names.isdisjoint(names):
                values = [self._plain(entry) for entry in values]
            if self._session.many(statement, values) != len(keys):
                raise ChangedMeanwhile(table)

    def _adopt(self, held: Held, values: tuple[Any, ...]) -> Row:
        row = held.form.read(values, self._dates_are_text)
        key = held.form.key_of(row)
        known = held.live.get(key)
        if known is not None:
            return known
        held.live[key] = row
        if held.form.has_sequence:
            held.seen[key] = row["posting_sequence"]
        return row

    def _with_plain_dates(self, form: Shape, values: list[Any]) -> list[Any]:
        if self._dates_are_text:
            width = len(form.columns)
            for position in form.dates:
                values[position::width] = map(TEXT_OF.__getitem__, values[position::width])
        return values

    def _plain(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self._dates_are_text:
            return values
        return tuple([TEXT_OF[value] if isinstance(value, date) else value for value in values])
