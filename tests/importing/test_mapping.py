"""A mapping renames, casts, looks up, splits, joins and filters; a wrong one is refused before any data is read."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidInput
from transactional.importing.batches import Batch
from transactional.importing.casts import caster
from transactional.importing.cells import looks_like_formula, plain
from transactional.importing.circles import circles
from transactional.importing.expressions import compile_expression, compile_filter
from transactional.importing.mapping import read_mapping
from transactional.importing.problems import Problem
from transactional.importing.rejects import safe_cell
from transactional.importing.targets import TARGETS, Column

pytestmark = pytest.mark.fast

_COLUMNS: dict[str, list[Any]] = {
    "id": [1, 2, 3],
    "code": ["A-1", "B-2", None],
    "state": ["4", "1", "9"],
    "amount": [Decimal("1.50"), Decimal("0.0000"), None],
    "day": [date(2024, 1, 31), datetime(2024, 2, 28, 12), "2024-03-01"],
}


def _batch() -> Batch:
    return Batch([1, 2, 3], {name: list(values) for name, values in _COLUMNS.items()})


def _find(source: str, key: str, take: str) -> dict[str, Any]:
    return {"1": "one", "2": "two"}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("id", [1, 2, 3]),
        ({"const": "MAIN"}, ["MAIN"] * 3),
        ({"column": "state", "values": {"4": "done", "1": "new"}, "otherwise": "?"}, ["done", "new", "?"]),
        ({"lookup": "other", "on": "id", "key": "k", "take": "v", "default": "none"}, ["one", "two", "none"]),
        ({"split": "code", "by": "-", "part": 1}, ["1", "2", None]),
        ({"format": "{id}/{code}"}, ["1/A-1", "2/B-2", None]),
        ({"first": ["code", {"const": "none"}]}, ["A-1", "B-2", "none"]),
        ({"column": "amount", "null_if": [0]}, [Decimal("1.50"), None, None]),
        ({"column": "amount", "times": "60", "default": 7}, [Decimal("90.00"), Decimal("0.0000"), 7]),
        ({"column": "day", "add_days": 1}, [date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 2)]),
        (
            {
                "cases": [{"when": {"state": ["4", "9"]}, "then": "id"}, {"when": {"id": "2"}, "then": {"const": "x"}}],
                "otherwise": "-",
            },
            [1, "x", 3],
        ),
    ],
)
def test_an_expression_gives_one_value_per_row(spec: Any, expected: list[Any]) -> None:
    assert expected == compile_expression(spec, _find)(_batch())


def test_what_a_list_or_lookup_does_not_know_is_a_problem_not_a_guess() -> None:
    """Silently leaving a status empty would lose documents."""
    listed = compile_expression({"column": "state", "values": {"4": "done", "1": "new"}}, _find)(_batch())
    looked = compile_expression({"lookup": "other", "on": "id", "key": "k", "take": "v"}, _find)(_batch())

    assert "importing.value_not_listed" == listed[2].key
    assert ("importing.unknown_code", 3) == (looked[2].key, looked[2].value)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"state": "4"}, [True, False, False]),
        ({"state": ["4", "9"]}, [True, False, True]),
        ({"code": {"empty": True}}, [False, False, True]),
        ({"code": {"empty": False}, "id": {"not_in": [1]}}, [False, True, False]),
        ({"id": {"at_least": 2, "at_most": 2}}, [False, True, False]),
        ({"day": {"at_most": date(2024, 2, 28)}}, [True, True, False]),
    ],
)
def test_a_filter_keeps_rows_that_fit_every_test(where: dict[str, Any], expected: list[bool]) -> None:
    assert expected == compile_filter(where)(_batch())


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("code", " ＡＢ－１ ", "AB-1"),
        ("code", 5.0, "5"),
        ("text", "两\u3000个\n字", "两 个 字"),
        ("quantity", "１２．５", 12_500_000),
        ("quantity", 0.1 + 0.2, 300_000),
        ("price", Decimal("45.1200"), 45_120_000),
        ("integer", "007", 7),
        ("rate", "5%", 50_000),
        ("rate", Decimal("0.0200"), 20_000),
        ("flag", "是", 1),
        ("flag", False, 0),
        ("date", 45293, "2024-01-02"),
        ("date", "2024年1月2日", "2024-01-02"),
        ("date", "2024/1/2 00:00:00", "2024-01-02"),
        ("date", "20240102", "2024-01-02"),
        ("date", datetime(2024, 1, 2, 3), "2024-01-02"),
        ("quantity", "", None),
        ("date", "  ", None),
    ],
)
def test_a_cell_becomes_the_value_it_means(kind: str, value: Any, expected: Any) -> None:
    assert expected == caster(Column("c", kind), limit=1000)(value)


@pytest.mark.parametrize(
    ("kind", "value", "key"),
    [
        ("quantity", "1e999999", "importing.number_out_of_bounds"),
        ("quantity", "nan", "importing.not_a_number"),
        ("quantity", "1,23,4", "importing.not_a_number"),
        ("quantity", 1001, "importing.absurd_number"),
        ("quantity", True, "importing.not_a_number"),
        ("date", "02/01/2024", "importing.not_a_date"),
        ("date", 12, "importing.not_a_date"),
        ("flag", "maybe", "importing.not_a_flag"),
        ("rate", "150%", "importing.not_a_rate"),
        ("integer", "1.5", "importing.not_whole"),
        ("text", "a\x00b", "importing.control_character"),
    ],
)
def test_a_cell_that_cannot_be_right_is_a_problem(kind: str, value: Any, key: str) -> None:
    result = caster(Column("c", kind), limit=1000)(value)

    assert isinstance(result, Problem)
    assert key == result.key


@given(st.integers(-(10**12), 10**12))
def test_any_four_decimal_amount_survives_every_spelling(ten_thousandths: int) -> None:
    """Decimal, text and spreadsheet number of the same amount give the same integer."""
    exact = Decimal(ten_thousandths).scaleb(-4)
    cast = caster(Column("c", "money", minimum=None), limit=1)

    assert ten_thousandths * 100 == cast(exact) == cast(str(exact)) == cast(plain(exact))
    if abs(ten_thousandths) < 10**11:
        assert ten_thousandths * 100 == cast(float(exact))


@given(st.text(min_size=1, max_size=12))
def test_no_exported_cell_runs_as_a_formula(text: str) -> None:
    shown = safe_cell(text)

    assert not looks_like_formula(shown)


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3), max_size=6))
def test_circles_are_exactly_the_nodes_that_reach_themselves(graph: dict[str, list[str]]) -> None:
    """The slow obvious version: walk from every node."""

    def reaches_itself(start: str) -> bool:
        seen: set[str] = set()
        waiting = list(graph.get(start, []))
        while waiting:
            node = waiting.pop()
            if node == start:
                return True
            if node not in seen:
                seen.add(node)
                waiting += graph.get(node, [])
        return False

    assert {node for node in graph if reaches_itself(node)} == {node for group in circles(graph) for node in group}


_MAPPING = """
[company]
code = "T"
name = "T"
as_of = 2024-01-01
[[table]]
target = "items"
from = "items"
[table.columns]
sku = "sku"
name = "name"
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('target = "items"', 'target = "things"', "got things, expected units"),
        ('name = "name"', 'colour = "name"', "got colour, expected sku"),
        ('name = "name"', "", "expected name"),
        ('name = "name"', "name = { column = 'a', const = 1 }", "exactly one of"),
        ('name = "name"', "name = { lookup = 'a', on = 'b' }", "columns.name.key"),
        ('code = "T"', "", "company.code"),
        ("as_of = 2024-01-01", 'as_of = "soon"', "company.as_of"),
        ('from = "items"', 'from = "items"\nform = "x"', "did you mean from?"),
        ("[company]", "[company", "not valid TOML"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(_MAPPING.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(InvalidInput) as refused:
        read_mapping(path)
    assert says in str(refused.value)


def test_shipped_mappings_are_right() -> None:
    examples = Path(__file__).resolve().parents[2] / "examples"
    mappings = {path.name: read_mapping(path) for path in sorted(examples.glob("*.toml"))}

    assert date(2013, 12, 31) == mappings["adventureworks.toml"].company.as_of
    assert "opening" == mappings["stock_only.toml"].rules.stock


def test_a_target_refers_only_to_targets_before_it() -> None:
    """Checks and commands run in this order; a reference forwards would reject good rows."""
    order = list(TARGETS)
    for target in TARGETS.values():
        for column in target.columns:
            assert column.refers is None or order.index(column.refers) <= order.index(target.name), (target.name, column.name)
