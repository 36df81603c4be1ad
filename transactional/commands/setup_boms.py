"""Commands that set up how items are made: bills, substitutes, work centers, routings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command


@dataclass(frozen=True, slots=True)
class BomLine:
    component_sku: str
    component_quantity: int
    scrap_ppm: int = 0
    is_fixed: bool = False
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineBom(Command):
    """A new bill of materials; refused when it would close a cycle."""

    sku: str
    valid_from: date
    valid_to: date | None = None
    output_quantity: int = 1_000_000
    priority: int = 1
    note: str = ""
    lines: tuple[BomLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineSubstitute(Command):
    """From `valid_from`, `substitute_quantity` of one item may do the work of `component_quantity` of another: in the bills of
    `parent_sku`, or of everything where it is None. Earlier open terms of the same three end the day before."""

    component_sku: str
    substitute_sku: str
    parent_sku: str | None = None
    component_quantity: int = 1_000_000
    substitute_quantity: int = 1_000_000
    priority: int = 1
    is_use_up: bool = False
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineWorkCenter(Command):
    code: str
    name: str
    name_zh: str = ""
    warehouse: str
    capacity_minutes_per_day: int = 480
    cost_per_hour: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    operation_sequence: int
    work_center: str
    name: str = ""
    setup_minutes: int = 0
    run_seconds_per_unit: int = 0
    queue_days: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineRouting(Command):
    sku: str
    valid_from: date
    operations: tuple[Operation, ...]
