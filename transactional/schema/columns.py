"""How does the ledger spell an id, a quantity, money and time as columns?

One constructor per kind of value, so that no table invents its own: `Numeric` and `Float` are never used, quantities and
money are 64-bit integers (see `kernel.numbers` for the scales), instants are integer microseconds UTC, business dates are dates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Integer, MetaData, Text

__all__ = [
    "LONG",
    "Facts",
    "amount",
    "count",
    "date_",
    "days",
    "flag",
    "instant",
    "key",
    "metadata",
    "micro",
    "one_of",
    "posting",
    "ppm",
    "price",
    "quantity",
    "reference",
    "text_",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Facts = list[Callable[[], Column[Any]]]
"""Columns that stand both in a table and in its version table; made afresh for each."""

# INTEGER PRIMARY KEY is the row id itself on SQLite; BIGINT there would cost a second index.
LONG = BigInteger().with_variant(Integer, "sqlite")


def key(name: str) -> Column[Any]:
    """Surrogate primary key; the ledger hands out the numbers (`ids.py`), the database never does."""
    return Column(name, LONG, primary_key=True, autoincrement=False)


def reference(name: str, target: str, *, nullable: bool = False, index: bool = False, primary_key: bool = False) -> Column[Any]:
    """Foreign key to `target` ("table.column"), checked when the transaction commits."""
    constraint = ForeignKey(target, deferrable=True, initially="DEFERRED")
    if primary_key:
        return Column(name, LONG, constraint, primary_key=True, autoincrement=False)
    return Column(name, LONG, constraint, nullable=nullable, index=index)


def posting() -> Column[Any]:
    """The posting that last wrote this row; what ingest reads by."""
    return Column("posting_sequence", LONG, nullable=False, index=True)


def _integer(name: str, nullable: bool, default: int | None, note: str) -> Column[Any]:
    default_text = None if default is None else str(default)
    return Column(name, LONG, nullable=nullable, default=default, server_default=default_text, comment=note)


def quantity(name: str, *, nullable: bool = False, default: int | None = None) -> Column[Any]:
    """A quantity in 10^-6 of the item's base unit."""
    return _integer(name, nullable, default, "10^-6 base unit")


def price(name: str = "unit_price", *, nullable: bool = False, default: int | None = None) -> Column[Any]:
    """Money per base unit in 10^-6 of the currency unit."""
    return _integer(name, nullable, default, "10^-6 currency per base unit")


def micro(name: str, *, nullable: bool = False, default: int | None = None) -> Column[Any]:
    """An unrounded total in 10^-6 of the currency unit."""
    return _integer(name, nullable, default, "10^-6 currency")


def amount(name: str, *, nullable: bool = False, default: int | None = None) -> Column[Any]:
    """Money in the currency's minor unit."""
    return _integer(name, nullable, default, "minor unit")


def ppm(name: str, *, nullable: bool = False, default: int | None = None) -> Column[Any]:
    """A rate in parts per million."""
    return _integer(name, nullable, default, "parts per million")


def days(name: str, *, nullable: bool = False, default: int | None = None) -> Column[Any]:
    """A duration in days."""
    return _integer(name, nullable, default, "days")


def count(name: str, *, nullable: bool = False, default: int | None = None) -> Column[Any]:
    """A plain whole number."""
    return _integer(name, nullable, default, "count")


def date_(name: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """A business date."""
    return Column(name, Date, nullable=nullable, index=index)


def instant(name: str, *, nullable: bool = False) -> Column[Any]:
    """A moment in integer microseconds UTC."""
    return Column(name, LONG, nullable=nullable, comment="microseconds UTC")


def text_(name: str, *, nullable: bool = False, default: str | None = None, unique: bool = False) -> Column[Any]:
    """Text of any length."""
    return Column(name, Text, nullable=nullable, default=default, server_default=default, unique=unique)


def flag(name: str, *, default: bool = False) -> Column[Any]:
    """Yes or no; never unknown."""
    # 0 or 1 as integer: the same bytes from SQLite and PostgreSQL reach the warehouse.
    return Column(name, Integer, nullable=False, default=int(default), server_default=str(int(default)))


def one_of(column: str, *allowed: str, nullable: bool = False) -> CheckConstraint:
    """A column holds one of a closed list of codes."""
    codes = ", ".join(f"'{code}'" for code in allowed)
    null = f"{column} IS NULL OR " if nullable else ""
    return CheckConstraint(f"{null}{column} IN ({codes})", name=f"{column}_known")
