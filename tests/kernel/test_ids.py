"""The same thing always gets the same id."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.ids import canonical_json, content_hash, import_command_id, new_command_id, stable_id

pytestmark = pytest.mark.fast


def test_an_imported_row_always_has_the_same_command_id() -> None:
    """Loading twice must be recognised; company, table and key each count."""
    assert import_command_id("AW", "orders", "7") == import_command_id("AW", "orders", "7")
    assert len({import_command_id(*parts) for parts in [("A", "b", "c"), ("A", "bc", ""), ("Ab", "", "c")]}) == 3


def test_content_does_not_depend_on_the_order_of_names() -> None:
    """Two clients may write the same content differently."""
    assert content_hash({"a": 1, "b": date(2026, 1, 2)}) == content_hash({"b": date(2026, 1, 2), "a": 1})
    assert canonical_json({"when": date(2026, 1, 2), "name": "张"}) == '{"name":"张","when":"2026-01-02"}'


def test_stable_ids_know_none_from_empty_by_position_only() -> None:
    """Missing parts keep their place."""
    assert stable_id("a", None, "b") != stable_id("a", "b", None)
    assert len(stable_id("a")) == 16


def test_new_ids_are_new() -> None:
    """Two clicks that are two wishes get two ids."""
    assert new_command_id() != new_command_id()
