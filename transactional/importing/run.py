"""What happens in one load, in order: read, check, then either only report, or post and report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from kernel.errors import InvalidInput
from transactional.importing.bills import Bills
from transactional.importing.changes import changed_documents
from transactional.importing.checks import check_all, check_documents
from transactional.importing.costs import Costs
from transactional.importing.desk import Desk
from transactional.importing.documents import DocumentWriter
from transactional.importing.founding import advance_clock, found_company
from transactional.importing.held import Held
from transactional.importing.lookups import Lookups
from transactional.importing.masters import cost_commands, master_commands
from transactional.importing.opening import Opening
from transactional.importing.packs import Packs
from transactional.importing.poster import SOURCE, Item, Poster, There
from transactional.importing.problems import Finding
from transactional.importing.readiness import findings
from transactional.importing.reading import read_table
from transactional.importing.reconcile import sums
from transactional.importing.rejects import write_rejects
from transactional.importing.report import LoadReport, TableCount
from transactional.importing.report_files import write_report
from transactional.importing.staging import Stage
from transactional.importing.stock import StockPlan, opening_items, stated_opening
from transactional.importing.timeline import Timeline
from transactional.ledger import Ledger

__all__ = ["LoadRun"]

_PASSES = 4
_DAYS = (("purchase_lines", "order_date"), ("sales_lines", "order_date"), ("work_orders", "start_date"))


class LoadRun:
    """One run of the import."""

    def __init__(
        self,
        ledger: Ledger,
        stage: Stage,
        home: Path,
        progress: Callable[[str, int, int], None],
        load_id: str,
        as_of: date | None,
    ) -> None:
        self.ledger, self.stage, self.home, self.progress, self.load_id = ledger, stage, home, progress, load_id
        self._given_as_of = as_of
        self._code = stage.mapping.company.code
        self._found: list[Finding] = []
        self._noted = 0
        self.timings: dict[str, float] = {}
        self._lap_began = self._began = time.perf_counter()

    def check(self) -> LoadReport:
        """Everything but the posting."""
        self._prepare()
        self._plan()
        poster = Poster(self.ledger, self._known(), lambda count: None)
        return self._report(poster, is_check=True)

    def post(self) -> LoadReport:
        """Everything, in order. When the ledger refuses a document, what depends on it is planned again without it."""
        self._prepare()
        poster = Poster(self.ledger, self._known(), lambda count: self._count(count))
        for turn in range(_PASSES):
            self._plan()
            if self._has_rows():
                self._post_all(poster, is_again=turn > 0)
            if not self._note_refusals(poster):
                break
            poster.known = self._known()
            self.held = Held(self.ledger, self.stage)
        advance_clock(self.ledger, self._code, self.as_of)
        return self._report(poster, is_check=False)

    # --- before anything is posted -------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        lookups = Lookups(self.stage)
        for spec in self.stage.mapping.tables:
            done = 0

            def told(rows: int, target: str = spec.target) -> None:
                nonlocal done
                done += rows
                self.progress(f"read {target}", done, 0)

            read_table(self.stage, lookups, spec, told)
        self._lap("read")
        self.held = Held(self.ledger, self.stage)
        self.as_of = self._as_of()
        check_all(self.stage, self.held)
        self._lap("check")

    def _as_of(self) -> date:
        found = self._given_as_of or self.stage.mapping.company.as_of
        if found is None and self.stage.has("stock") and self.stage.mapping.rules.stock == "closing":
            raise InvalidInput("importing.no_stock_day", file=self.stage.mapping.path.name)
        if found is None:
            days = [day for table, column in _DAYS for day in [self._extreme("max", table, column)] if day is not None]
            if not days and self.held.today:
                days = [self.held.today]
            if not days:
                raise InvalidInput("importing.no_as_of", file=self.stage.mapping.path.name)
            found = date.fromisoformat(max(days))
        if self.held.today > found.isoformat():
            self._found.append(Finding("older_than_ledger", "nothing", self._code, {"as_of": found, "today": self.held.today}))
        return found

    def _extreme(self, which: str, table: str, column: str) -> str | None:
        found: str | None = self.stage.database.execute(f"SELECT {which}({column}) FROM t_{table} WHERE bad = 0").fetchone()[0]
        return found

    def _plan(self) -> None:
        """What the accepted rows amount to: bills, order of events, opening stock."""
        self.packs = Packs(self.stage, self.held)
        self.bills = Bills(self.stage, self.packs, self.held)
        self.costs = Costs(self.stage, self.packs)
        self.timeline = Timeline(self.stage, self.as_of.isoformat(), self.bills, self.packs, self.held)
        rules = self.stage.mapping.rules
        self.opening = Opening(self.stage, self.timeline.steps(), rules.location, self.held.homes())
        if self.held.today > self.as_of.isoformat():
            # An older export says nothing about the stock of a later day.
            self.opening.is_stated = False
        first_day = date.fromisoformat(self.timeline.first_day())
        # What comes in later may have happened before anything that is there.
        self.first = rules.opening_date or min(self.held.opening_date() or first_day, first_day)
        self._lap("opening")

    def _known(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.ledger.rows("SELECT command_id FROM posting WHERE source = ?", (SOURCE,)))

    def _has_rows(self) -> bool:
        return any(self.stage.has(name) for name in {spec.target for spec in self.stage.mapping.tables})

    # --- posting -----------------------------------------------------------------------------------------------------------

    def _post_all(self, poster: Poster, *, is_again: bool) -> None:
        found_company(self.ledger, self.stage.mapping.company, self.first, self.as_of)
        if not is_again:
            masters = master_commands(self.stage, self.first, self.as_of, self.packs, self.costs, self.held)
            self._post(poster, masters, "masters")
        plan = self._stock_plan(poster)
        writer = DocumentWriter(
            Desk(self.stage, self.opening, self.packs, poster.known, self.as_of.isoformat()), self.bills
        )  # fmt: skip
        documents = (item for step in self.timeline.steps() for item in writer.items(step))
        costs = cost_commands(self.stage, self.costs, self.first, self.as_of)
        self._post(poster, self._with_costs(documents, costs), "documents")
        if plan is not None:
            self._post(poster, plan.items_after(), "stock differences")

    def _with_costs(self, documents: Iterable[Item | There], costs: Iterable[Item]) -> Iterable[Item | There]:
        """Costs change on their day, before the documents of that day."""
        waiting = list(costs)
        for item in documents:
            while waiting and isinstance(item, Item) and waiting[0].command.business_date <= item.command.business_date:
                yield waiting.pop(0)
            yield item
        yield from waiting

    def _stock_plan(self, poster: Poster) -> StockPlan | None:
        """Post what must lie there before the documents; what follows them is left in the plan."""
        if self.stage.mapping.rules.stock == "opening":
            held = self._held_by_lot()
            missing, found = stated_opening(self.stage, self.costs, self.first, held)
            self._found += found
            plain = {(sku, location): quantity for (sku, location, _), quantity in held.items()}
            self._post(poster, opening_items(self._code, self.first, missing, plain), "opening stock")
            return None
        last = self.as_of if self.held.is_behind(self.as_of) else self.first
        plan = StockPlan.of(self.stage, self.opening, self.held.stock(), self.costs, self.first, last)
        self._found += plan.findings()
        self._post(poster, plan.items_before(), "opening stock")
        return plan

    def _held_by_lot(self) -> dict[tuple[str, str, str | None], int]:
        rows = self.ledger.rows(
            "SELECT i.sku, l.code, t.code, sum(m.quantity) FROM movement_line m JOIN movement h ON h.movement_id = m.movement_id "
            "JOIN item i ON i.item_id = m.item_id JOIN location l ON l.location_id = m.to_location_id "
            "JOIN lot t ON t.lot_id = m.lot_id WHERE h.movement_type = 'opening' GROUP BY i.sku, l.code, t.code"
        )
        return {(sku, location, None if lot == "-" else lot): int(quantity) for sku, location, lot, quantity in rows}

    def _post(self, poster: Poster, items: Iterable[Item | There], what: str) -> None:
        self._what, self._done = what, 0
        for item in items:
            poster.add(item)
        poster.flush()
        self._lap(f"post {what}")

    def _count(self, count: int) -> None:
        self._done += count
        self.progress(self._what, self._done, 0)

    # --- telling -----------------------------------------------------------------------------------------------------------

    def _note_refusals(self, poster: Poster) -> bool:
        """A refusal of the ledger becomes the reason of the rows it stands for; whether any document fell by it."""
        fell = False
        for refusal in poster.refusals[self._noted :]:
            item = refusal.item
            rows = item.rows or ((item.row,) if item.row else ())
            if refusal.error is None:
                key, named = "importing.fell_with_refused", {"command": item.command.kind}
            else:
                key = refusal.error.key
                named = {
                    name: str(value) for name, value in refusal.error.values.items() if name not in ("command_id", "position")
                }
            if rows:
                self.stage.reject(item.target, [(row, "", "", key, named) for row in rows])
                fell = True
            elif refusal.error is not None:
                told = {"kind": item.command.kind, "en": refusal.error.text("en"), "zh": refusal.error.text("zh")}
                self._found.append(Finding("posting_refused", "stock", item.command.kind, told))
        self._noted = len(poster.refusals)
        if fell:
            check_documents(self.stage)
        return fell

    def _report(self, poster: Poster, *, is_check: bool) -> LoadReport:
        rejects = write_rejects(self.stage, self.home / "rejects" / self.load_id)
        found = findings(
            self.stage, self.opening, self.packs, self.bills, self.costs, self.as_of, has_opening=self._opening_is_stated()
        )
        found += [*self._found, *changed_documents(self.stage, self.packs, self.as_of)]
        tables = _table_counts(self.stage, poster)
        self._lap("report")
        accepted = sum(table.accepted for table in tables)
        is_partial = any(table.rejected for table in tables) or self.stage.problems or poster.refusals
        exit_code = 2 if not accepted else 1 if is_partial else 0
        totals = sums(self.stage, self.ledger, self.packs, self.as_of) if accepted and not is_check else ()
        self._lap("reconcile")
        self.timings["total"] = time.perf_counter() - self._began
        report = LoadReport(
            load_id=self.load_id,
            company=self._code,
            as_of=self.as_of,
            opening_date=self.first,
            tables=tables,
            commands=poster.counts,
            sums=totals,
            findings=tuple(found),
            rejects=rejects,
            readiness=self.home / "exports" / f"readiness-{self.load_id}.md",
            exit_code=exit_code,
            timings=self.timings,
            is_check=is_check,
            problems=tuple((each.file, each.target, each.error) for each in self.stage.problems),
        )
        write_report(report, self.home / "exports")
        return report

    def _opening_is_stated(self) -> bool:
        return self.stage.mapping.rules.stock == "opening"

    def _lap(self, name: str) -> None:
        now = time.perf_counter()
        self.timings[name] = self.timings.get(name, 0.0) + now - self._lap_began
        self._lap_began = now


def _table_counts(stage: Stage, poster: Poster) -> tuple[TableCount, ...]:
    counts = []
    there = dict(poster.rows_there)
    for read in stage.reads:
        file = stage.files.get(read.source)
        good, bad = stage.database.execute(
            f"SELECT coalesce(sum(bad = 0), 0), coalesce(sum(bad > 0), 0) FROM t_{read.target} WHERE file = ?",
            (-1 if file is None else file.number,),
        ).fetchone()
        held = min(good, there.get(read.target, 0))
        there[read.target] = there.get(read.target, 0) - held
        counts.append(TableCount(read.target, read.source, read.read, read.filtered, read.repeated, good, bad, held))
    return tuple(counts)
