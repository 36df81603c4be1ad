"""The text a command is recognised by is the canonical JSON of its content, whatever is in it."""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.ids import canonical_json, content_hash
from transactional.commands import AdvanceClock, EnterSalesOrder, SalesLine
from transactional.commands.base import Command
from transactional.commands.content import canonical_text, content_of

pytestmark = pytest.mark.fast


@dataclass(frozen=True)
class Lonely:
    """A part of a command with one field."""

    value: Any


_PLAIN = st.none() | st.booleans() | st.integers() | st.text() | st.dates() | st.floats(allow_nan=False)
_CONTENT = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3) | inner.map(Lonely),
    max_leaves=6,
)


@given(_CONTENT)
def test_the_quick_text_is_the_canonical_json_of_the_content(value: object) -> None:
    """The slow obvious way is the oracle: hashes of ten years ago must still be recognised."""
    assert canonical_text(value) == canonical_json(content_of(value))


def test_a_command_is_its_content_without_its_id() -> None:
    """Names in order, parts named by their kind, dates as ISO, 中文 as it is."""
    line = SalesLine(sku="锅-1", warehouse="MAIN", quantity=2, unit_price=3, requested_date=date(2026, 1, 9))
    common: dict[str, Any] = {"actor": "seller", "source": "screen", "business_date": date(2026, 1, 5)}
    order = EnterSalesOrder(command_id="a", customer="CITY", order_date=date(2026, 1, 5), lines=(line,), **common)
    clock = AdvanceClock(command_id="a", today=date(2026, 1, 6), **common)

    assert canonical_json(content_of(order)) == canonical_text(order)
    assert content_hash(content_of(order)) == order.hash_of_content()
    assert (
        '{"_":"AdvanceClock","actor":"seller","business_date":"2026-01-05","source":"screen","today":"2026-01-06"}'
        == canonical_text(clock)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counted(Command):
    quantity: int
    remark: str | None = None
    is_recount: bool = False


def test_a_command_that_gains_an_optional_field_keeps_its_hash() -> None:
    """Who sends an old command again after an upgrade must get the first answer, not be told it says something else."""
    common: dict[str, Any] = {"command_id": "c", "actor": "li", "source": "scan", "business_date": date(2026, 3, 1)}
    later = make_dataclass("_Counted", [("zone", str, field(default="A"))], bases=(_Counted,), frozen=True, kw_only=True)

    before = _Counted(quantity=0, **common)

    assert before.hash_of_content() == later(quantity=0, **common).hash_of_content()
    assert before.hash_of_content() != later(quantity=0, zone="B", **common).hash_of_content()
    assert before.hash_of_content() != _Counted(quantity=0, is_recount=True, **common).hash_of_content()
    assert '"quantity":0' in canonical_text(before), "what was said is hashed, also where it is nothing"
