"""How does a folder of files become a company in the ledger?

    read and stage -> check -> masters -> opening stock -> documents in order of date -> rejects and readiness report

Safe to run again at any time: what is already in the ledger is skipped, what is missing is added.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.ids import import_command_id, stable_id
from transactional.commands import AdvanceClock, CreateCompany, OpeningLine, PostOpening
from transactional.importing.checks import check_all
from transactional.importing.documents import DocumentWriter
from transactional.importing.mapping import Mapping, read_mapping
from transactional.importing.masters import master_commands
from transactional.importing.opening import Opening
from transactional.importing.packs import Packs
from transactional.importing.poster import ACTOR, SOURCE, Item, Poster
from transactional.importing.problems import Finding
from transactional.importing.readiness import findings
from transactional.importing.reconcile import sums
from transactional.importing.rejects import write_rejects
from transactional.importing.report import LoadReport, TableCount, write_report
from transactional.importing.sources import find_files
from transactional.importing.staging import Stage
from transactional.importing.timeline import Bills, Timeline
from transactional.ledger import Ledger

__all__ = ["Progress", "load"]

Progress = Callable[[str, int, int], None]
"""(what is being done, how many so far, how many in all or 0)."""

_OPENING_LINES = 2_000


def load(
    ledger: Ledger,
    folder: Path | str,
    mapping_file: Path | str,
    *,
    home: Path | str,
    progress: Progress | None = None,
    as_of: date | None = None,
) -> LoadReport:
    """Import a folder of CSV, XLSX or Parquet through a mapping.

    Args:
        ledger: an open ledger, empty or of the same company.
        folder: the company's files.
        mapping_file: TOML, see docs/import.md.
        home: where `rejects/` and `exports/` are.
        progress: told (what, done, total) as the load goes on.
        as_of: overrides the mapping's `as_of`.

    Returns: counts, sums, findings and the exit code 0 (all good), 1 (some rows rejected), 2 (nothing could be loaded).

    Raises: InvalidInput for a mapping or folder that cannot be used; Refused when the ledger is another company's.
    """
    folder, home = Path(folder), Path(home)
    if not folder.is_dir():
        raise InvalidInput("importing.no_folder", folder=str(folder))
    mapping = read_mapping(Path(mapping_file))
    _same_company(ledger, mapping)
    home.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="load-", dir=home))
    try:
        stage = Stage.create(scratch / "stage.db", folder, mapping)
        try:
            return _Load(ledger, stage, home, progress or _silent, as_of).run()
        finally:
            stage.database.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total


def _same_company(ledger: Ledger, mapping: Mapping) -> None:
    rows = ledger.rows("SELECT code, name FROM company")
    if rows and rows[0][0] != mapping.company.code:
        raise Refused("importing.other_company", got=mapping.company.code, expected=rows[0][0])


class _Load:
    """One run of the import."""

    def __init__(self, ledger: Ledger, stage: Stage, home: Path, progress: Progress, as_of: date | None) -> None:
        self.ledger, self.stage, self.home, self.progress = ledger, stage, home, progress
        self.mapping = stage.mapping
        self.timings: dict[str, float] = {}
        self._started = time.perf_counter()
        self.load_id = _load_id(stage, as_of)
        self._given_as_of = as_of

    def run(self) -> LoadReport:
        """Do everything, in order."""
        self._read()
        self.as_of = self._as_of()
        check_all(self.stage)
        self._lap("check")
        packs, bills = Packs(self.stage), Bills(self.stage)
        timeline = Timeline(self.stage, self.as_of.isoformat(), bills, packs)
        opening = Opening(self.stage, timeline.steps(), self.mapping.rules.location)
        first = self.mapping.rules.opening_date or date.fromisoformat(timeline.first_day())
        self._lap("opening")
        poster = self._poster()
        costs: dict[str, int] = {}
        writer = DocumentWriter(self.stage, opening, packs, self.as_of.isoformat())
        if self._has_rows():
            self._found_company(poster, first)
            self._post(poster, master_commands(self.stage, first, packs), "masters")
            costs = _unit_costs(self.stage, packs)
            self._post(poster, self._opening_items(opening, costs, first), "opening stock")
            items = (item for step in timeline.steps() for item in writer.items(step))
            self._post(poster, items, "documents")
            self._advance_clock()
        self._note_refusals(poster)
        return self._report(poster, opening, packs, writer, costs, first)

    # --- reading -----------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        for spec in self.mapping.tables:
            done = 0

            def told(rows: int, target: str = spec.target) -> None:
                nonlocal done
                done += rows
                self.progress(f"read {target}", done, 0)

            self.stage.read_table(spec, told)
        self._lap("read")

    def _as_of(self) -> date:
        found = self._given_as_of or self.mapping.company.as_of
        if found is not None:
            return found
        days = []
        for table, column in (("purchase_lines", "order_date"), ("sales_lines", "order_date"), ("work_orders", "start_date")):
            (day,) = self.stage.database.execute(f"SELECT max({column}) FROM t_{table} WHERE bad = 0").fetchone()
            days += [day] if day is not None else []
        if not days:
            raise InvalidInput("importing.no_as_of", file=self.mapping.path.name)
        return date.fromisoformat(max(days))

    def _has_rows(self) -> bool:
        mapped = {spec.target for spec in self.mapping.tables}
        return any(self.stage.database.execute(f"SELECT 1 FROM t_{name} WHERE bad = 0 LIMIT 1").fetchone() for name in mapped)

    # --- posting -----------------------------------------------------------------------------------------------------------

    def _poster(self) -> Poster:
        rows = self.ledger.rows("SELECT command_id, content_hash FROM posting WHERE source = ?", (SOURCE,))
        marker = self.home / "exports" / f"readiness-{self.load_id}.json"
        # The same files through the same mapping have the same content; only other files need comparing.
        return Poster(self.ledger, dict(rows), not marker.exists(), lambda count: self._count(count))

    def _count(self, count: int) -> None:
        self._done += count
        self.progress(self._what, self._done, 0)

    def _post(self, poster: Poster, items: Iterator[Item], what: str) -> None:
        self._what, self._done = what, 0
        for item in items:
            poster.add(item)
        poster.flush()
        self._lap(f"post {what}")

    def _found_company(self, poster: Poster, first: date) -> None:
        if self.ledger.rows("SELECT 1 FROM company"):
            return
        company = self.mapping.company
        self.ledger.post(
            [
                CreateCompany(
                    command_id=import_command_id(company.code, "company", company.code),
                    actor=ACTOR,
                    source=SOURCE,
                    business_date=first,
                    code=company.code,
                    name=company.name,
                    name_zh=company.name_zh,
                    currency=company.currency,
                    minor_digits=company.minor_digits,
                    time_zone=company.time_zone,
                    today=self.as_of,
                    kind_of_source="import",
                )
            ]
        )
        del poster

    def _advance_clock(self) -> None:
        (today,) = self.ledger.rows("SELECT today FROM company")[0]
        if str(today) < self.as_of.isoformat():
            command_id = import_command_id(self.mapping.company.code, "clock", self.as_of.isoformat())
            self.ledger.post(
                [AdvanceClock(command_id=command_id, actor=ACTOR, source=SOURCE, business_date=self.as_of, today=self.as_of)]
            )

    def _opening_items(self, opening: Opening, costs: dict[str, int], first: date) -> Iterator[Item]:
        """What the ledger does not hold yet of the opening stock; a later, fuller load may need more of it."""
        lines: list[tuple[OpeningLine, int]]
        if self.mapping.rules.stock == "opening":
            lines = list(_stated_opening(self.stage, costs))
        else:
            lines = [
                (OpeningLine(sku=each.sku, location=each.location, quantity=each.quantity, unit_cost=costs.get(each.sku, 0)), 0)
                for each in opening.places()
            ]
        held: dict[tuple[str, str, str | None], int] = {
            (sku, location, None if lot == "-" else lot): int(quantity)
            for sku, location, lot, quantity in self.ledger.rows(
                "SELECT i.sku, l.code, t.code, sum(m.quantity) FROM movement_line m JOIN movement h ON h.movement_id = m.movement_id "
                "JOIN item i ON i.item_id = m.item_id JOIN location l ON l.location_id = m.to_location_id "
                "JOIN lot t ON t.lot_id = m.lot_id WHERE h.movement_type = 'opening' GROUP BY i.sku, l.code, t.code"
            )
        }
        missing = []
        for line, row in lines:
            quantity = line.quantity - held.get((line.sku, line.location, line.lot), 0)
            if quantity > 0:
                missing.append((_with_quantity(line, quantity), row))
        for start in range(0, len(missing), _OPENING_LINES):
            part = missing[start : start + _OPENING_LINES]
            document = tuple(line for line, _ in part)
            key = stable_id(*[f"{line.sku}|{line.location}|{line.lot}|{line.quantity}|{line.unit_cost}" for line in document])
            command = PostOpening(
                command_id=import_command_id(self.mapping.company.code, "opening", key),
                actor=ACTOR,
                source=SOURCE,
                business_date=first,
                opening_date=first,
                lines=document,
            )
            yield Item(command, len(document), "stock", part[0][1], tuple(row for _, row in part if row))

    # --- telling -----------------------------------------------------------------------------------------------------------

    def _note_refusals(self, poster: Poster) -> None:
        """A refusal of the ledger becomes the reason of the rows it stands for."""
        for refusal in poster.refusals:
            item = refusal.item
            rows = item.rows or ((item.row,) if item.row else ())
            if refusal.error is None:
                key, named = "importing.fell_with_refused", {"command": item.command.kind}
            else:
                key = refusal.error.key
                named = {
                    name: str(value) for name, value in refusal.error.values.items() if name not in ("command_id", "position")
                }
            self.stage.reject(item.target, [(row, "", item.command.kind, key, named) for row in rows])

    def _report(
        self, poster: Poster, opening: Opening, packs: Packs, writer: DocumentWriter, costs: dict[str, int], first: date
    ) -> LoadReport:
        rejects = write_rejects(self.stage, self.home / "rejects" / self.load_id)
        found = findings(self.stage, opening, packs, writer, self.as_of, costs)
        if self.mapping.rules.stock == "opening":
            found = [each for each in found if each.finding not in ("close_differs_from_bin", "no_closing_stock")]
        found += [
            Finding("changed_since_load", "nothing", _document_of(self.stage, item), {"kind": item.command.kind})
            for item in poster.changed
        ]
        tables = _table_counts(self.stage, poster)
        self._lap("report")
        accepted = sum(table.accepted for table in tables)
        rejected = sum(table.rejected for table in tables)
        exit_code = 2 if not accepted else 1 if rejected or self.stage.problems or poster.refusals else 0
        totals = sums(self.stage, self.ledger, packs, self.as_of) if accepted else ()
        self._lap("reconcile")
        self.timings["total"] = time.perf_counter() - self._started
        report = LoadReport(
            load_id=self.load_id,
            company=self.mapping.company.code,
            as_of=self.as_of,
            opening_date=first,
            tables=tables,
            commands=poster.counts,
            sums=totals,
            findings=tuple(found),
            rejects=rejects,
            readiness=self.home / "exports" / f"readiness-{self.load_id}.md",
            exit_code=exit_code,
            timings=self.timings,
        )
        write_report(report, self.home / "exports")
        return report

    def _lap(self, name: str) -> None:
        now = time.perf_counter()
        self.timings[name] = (
            self.timings.get(name, 0.0)
            + now
            - self._started
            - sum(value for key, value in self.timings.items() if key != "total")
        )


def _load_id(stage: Stage, as_of: date | None) -> str:
    """The same files through the same mapping are the same load."""
    digest = hashlib.sha256(stage.mapping.path.read_bytes())
    digest.update(str(as_of).encode())
    sources = {spec.source for spec in stage.mapping.tables} | {
        join.source for spec in stage.mapping.tables for join in spec.joins
    }
    for source in sorted(sources):
        for path in find_files(stage.folder, source):
            digest.update(path.name.encode())
            with path.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()[:12]


def _stated_opening(stage: Stage, costs: dict[str, int]) -> Iterator[tuple[OpeningLine, int]]:
    query = (
        "SELECT id, sku, location, quantity, lot, expiry_date, unit_cost FROM t_stock WHERE bad = 0 AND quantity > 0 ORDER BY id"
    )
    for row, sku, location, quantity, lot, expiry, unit_cost in stage.database.execute(query).fetchall():
        line = OpeningLine(
            sku=sku,
            location=location,
            quantity=quantity,
            unit_cost=costs.get(sku, 0) if unit_cost is None else unit_cost,
            lot=lot,
            expiry_date=None if expiry is None else date.fromisoformat(expiry),
        )
        yield line, row


def _with_quantity(line: OpeningLine, quantity: int) -> OpeningLine:
    return OpeningLine(
        sku=line.sku,
        location=line.location,
        quantity=quantity,
        unit_cost=line.unit_cost,
        lot=line.lot,
        expiry_date=line.expiry_date,
        received_date=line.received_date,
    )


def _unit_costs(stage: Stage, packs: Packs) -> dict[str, int]:
    """Unit cost of an item: standard cost, else last cost of its supplier terms, else first purchase price, else the terms' price."""
    select = stage.database.execute
    found: dict[str, int] = {}
    queries = (
        "SELECT sku, standard_cost, NULL, NULL FROM t_items WHERE bad = 0 AND standard_cost > 0",
        "SELECT sku, last_cost, purchase_unit, supplier FROM t_supplier_terms WHERE bad = 0 AND last_cost > 0 "
        "ORDER BY last_receipt_date DESC, preference, supplier",
        "SELECT sku, unit_price, unit, supplier FROM t_purchase_lines WHERE bad = 0 AND unit_price > 0 ORDER BY order_date, id",
        "SELECT sku, unit_price, purchase_unit, supplier FROM t_supplier_terms WHERE bad = 0 AND unit_price > 0 "
        "ORDER BY preference, supplier",
    )
    for query in queries:
        for sku, cost, unit, supplier in select(query):
            if sku not in found:
                found[sku] = packs.enter(sku, 1_000_000, unit, cost, None, supplier).unit_price
    return found


def _document_of(stage: Stage, item: Item) -> str:
    row: Any = stage.database.execute(f"SELECT file, line_no FROM t_{item.target} WHERE id = ?", (item.row,)).fetchone()
    return "-" if row is None else f"{stage.file_name(row[0])}:{row[1]}"


def _table_counts(stage: Stage, poster: Poster) -> tuple[TableCount, ...]:
    counts = []
    there = dict(poster.rows_there)
    for read in stage.reads:
        file = stage.files.get(read.source)
        good, bad = stage.database.execute(
            f"SELECT coalesce(sum(bad = 0), 0), coalesce(sum(bad), 0) FROM t_{read.target} WHERE file = ?",
            (-1 if file is None else file.number,),
        ).fetchone()
        held = min(good, there.get(read.target, 0))
        there[read.target] = there.get(read.target, 0) - held
        counts.append(TableCount(read.target, read.source, read.read, read.filtered, read.repeated, good, bad, held))
    return tuple(counts)
