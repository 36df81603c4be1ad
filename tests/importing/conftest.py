"""A tiny company as files, and a ledger to load it into."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from transactional import Ledger, open_ledger
from transactional.importing import LoadReport, load

MAPPING = """
[company]
code = "TINY"
name = "Tiny Works"
currency = "CNY"
as_of = 2024-01-31

[rules]
warehouse = "W1"
location = "W1/A1"
max_quantity = 1_000_000

[[table]]
target = "suppliers"
from = "suppliers"
[table.columns]
code = "code"
name = "name"

[[table]]
target = "customers"
from = "sales"
distinct = true
[table.columns]
code = "customer"

[[table]]
target = "items"
from = "items"
[table.columns]
sku = "sku"
name = "name"
item_type = { column = "kind", values = { made = "finished_good", bought = "component" } }
standard_cost = { column = "cost", null_if = [0] }

[[table]]
target = "planning"
from = "items"
[table.columns]
sku = "sku"
procurement = { column = "kind", values = { made = "make", bought = "buy" } }

[[table]]
target = "bom_lines"
from = "bom"
[table.columns]
assembly = "assembly"
component = "component"
quantity = "quantity"

[[table]]
target = "stock"
from = "bins"
[table.columns]
sku = "sku"
location = "bin"
quantity = "quantity"

[[table]]
target = "purchase_lines"
from = "purchases"
[table.columns]
order = "order"
line = "line"
supplier = "supplier"
order_date = "order_date"
sku = "sku"
quantity = "quantity"
unit_price = "price"
promised_date = "due"
received_quantity = "received"
rejected_quantity = "rejected"
received_date = "arrived"

[[table]]
target = "sales_lines"
from = "sales"
[table.columns]
order = "order"
line = "line"
customer = "customer"
order_date = "order_date"
sku = "sku"
quantity = "quantity"
unit_price = "price"
line_total = "total"
promised_date = "due"
shipped_date = "shipped"

[[table]]
target = "work_orders"
from = "work_orders"
[table.columns]
order = "order"
sku = "sku"
quantity = "quantity"
scrapped_quantity = "scrapped"
start_date = "start"
due_date = "due"
end_date = "end"
"""

FILES: dict[str, list[list[str]]] = {
    "suppliers": [["code", "name"], ["S1", "Bolt House"]],
    "items": [
        ["sku", "name", "kind", "cost"],
        ["CART", "Cart", "made", "30"],
        ["WHEEL", "Wheel", "bought", "5.5"],
        ["BOLT", "Bolt", "bought", "0"],
    ],
    "bom": [["assembly", "component", "quantity"], ["CART", "WHEEL", "4"], ["CART", "BOLT", "8"]],
    "bins": [["sku", "bin", "quantity"], ["CART", "A1", "3"], ["WHEEL", "B1", "20"], ["WHEEL", "B2", "6"], ["BOLT", "C1", "100"]],
    "purchases": [
        ["order", "line", "supplier", "order_date", "sku", "quantity", "price", "due", "received", "rejected", "arrived"],
        ["P1", "P1-1", "S1", "2024-01-02", "WHEEL", "40", "5.5", "2024-01-10", "40", "4", "2024-01-12"],
        ["P1", "P1-2", "S1", "2024-01-02", "BOLT", "100", "0.1234", "2024-01-10", "100", "0", "2024-01-12"],
        ["P2", "P2-1", "S1", "2024-01-30", "BOLT", "50", "0.1234", "2024-02-10", "50", "0", "2024-02-11"],
    ],
    "sales": [
        ["order", "line", "customer", "order_date", "sku", "quantity", "price", "total", "due", "shipped"],
        ["O1", "O1-1", "K1", "2024-01-15", "CART", "2", "49.9955", "99.9910", "2024-01-27", "2024-01-22"],
        ["O2", "O2-1", "K2", "2024-01-29", "CART", "1", "49.9955", "49.9955", "2024-02-10", "2024-02-05"],
    ],
    "work_orders": [
        ["order", "sku", "quantity", "scrapped", "start", "due", "end"],
        ["M1", "CART", "5", "1", "2024-01-12", "2024-01-18", "2024-01-20"],
        ["M2", "CART", "2", "0", "2024-01-30", "2024-02-05", "2024-02-06"],
    ],
}


@dataclass
class Company:
    """Files of the tiny company; change `files` and write again."""

    folder: Path
    home: Path
    ledger: Ledger
    mapping: str = MAPPING
    files: dict[str, list[list[str]]] = field(
        default_factory=lambda: {name: [list(row) for row in rows] for name, rows in FILES.items()}
    )

    def write(self, encoding: str = "utf-8") -> None:
        """Write every table as CSV."""
        self.folder.mkdir(exist_ok=True)
        for name, rows in self.files.items():
            with (self.folder / f"{name}.csv").open("w", encoding=encoding, newline="") as stream:
                csv.writer(stream).writerows(rows)

    def load(self, *, write: bool = True) -> LoadReport:
        """Write the files and load them."""
        if write:
            self.write()
        mapping = self.folder.parent / "mapping.toml"
        mapping.write_text(self.mapping, encoding="utf-8")
        return load(self.ledger, self.folder, mapping, home=self.home)

    def on_hand(self) -> dict[str, int]:
        """Whole units on hand by sku."""
        rows = self.ledger.rows(
            "SELECT i.sku, sum(b.on_hand_quantity) FROM stock_balance b JOIN item i ON i.item_id = b.item_id "
            "JOIN location l ON l.location_id = b.location_id WHERE l.kind = 'bin' GROUP BY i.sku"
        )
        return {sku: int(quantity) // 1_000_000 for sku, quantity in rows}

    def reasons(self, report: LoadReport, name: str) -> list[dict[str, str]]:
        """Rows of a rejects file."""
        assert report.rejects is not None
        with (report.rejects / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("importing") / "ledger.db"
    ledger = open_ledger(path)
    ledger.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()
    return path


@pytest.fixture
def new_ledger(empty_ledger: Path, tmp_path: Path) -> Iterator[Callable[[str], Ledger]]:
    opened: list[Ledger] = []

    def make(name: str) -> Ledger:
        path = tmp_path / f"{name}.db"
        shutil.copy(empty_ledger, path)
        opened.append(open_ledger(path))
        return opened[-1]

    yield make
    for ledger in opened:
        ledger.close()


@pytest.fixture
def company(tmp_path: Path, new_ledger: Callable[[str], Ledger]) -> Company:
    return Company(tmp_path / "files", tmp_path / "home", new_ledger("ledger"))
