"""What can be imported, and which columns does each kind of row have?

A *target* is the importer's own table, the same for every company. A mapping says which file fills it and how; the importer
turns its rows into commands. `docs/import.md` lists the same columns for people.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["TARGETS", "Column", "Target"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a target.

    Attributes:
        name: as written in mappings.
        kind: code, text, date, quantity, price, money, integer, flag, rate or choice; see `casts`.
        is_required: a row without it is rejected.
        default: used when the mapping or the cell says nothing.
        refers: target whose code this is; unknown codes are rejected.
        minimum: smallest value in people's units, inclusive.
        is_positive: zero is refused too.
        choices: allowed values of a choice.
    """

    name: str
    kind: str
    is_required: bool = False
    default: object = None
    refers: str | None = None
    minimum: int | None = 0
    is_positive: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """One importable table.

    Attributes:
        key: columns that name one row; a repeat is a duplicate.
        document: column that gathers rows into one document, loaded or rejected as a whole.
        head: columns that all lines of a document share.
        is_implied: codes used elsewhere create it when no mapping fills it.
        not_before: pairs (earlier, later) of date columns that must stand in this order.
        not_above: pairs (part, whole) of quantity columns where the part cannot exceed the whole.
        needs: pairs (quantity, date): a quantity above zero is nothing without its date.
        stepped: quantity column that must be a multiple of the item's step.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    document: str | None = None
    head: tuple[str, ...] = ()
    is_implied: bool = False
    not_before: tuple[tuple[str, str], ...] = ()
    not_above: tuple[tuple[str, str], ...] = ()
    needs: tuple[tuple[str, str], ...] = ()
    stepped: str | None = None
    by_name: dict[str, Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_name.update({column.name: column for column in self.columns})


def _code(name: str, refers: str | None = None, *, required: bool = False, default: str | None = None) -> Column:
    return Column(name, "code", required, default, refers)


def _text(name: str, *, required: bool = False, default: str = "") -> Column:
    return Column(name, "text", required, default)


def _date(name: str, *, required: bool = False) -> Column:
    return Column(name, "date", required)


def _whole(name: str, default: int | None = None, *, required: bool = False, positive: bool = False) -> Column:
    return Column(name, "integer", required, default, is_positive=positive)


def _quantity(name: str, default: int | None = None, *, required: bool = False, positive: bool = False) -> Column:
    return Column(name, "quantity", required, default, is_positive=positive)


def _flag(name: str, default: int = 0) -> Column:
    return Column(name, "flag", False, default)


def _named(name: str, *more: Column, implied: bool = True) -> Target:
    return Target(name, (_code("code", required=True), _text("name"), _text("name_zh"), *more), ("code",), is_implied=implied)


ITEM_TYPES = ("raw_material", "component", "semi_finished", "finished_good", "trading_good", "packaging", "service", "phantom")
ROLES = ("admin", "manager", "planner", "buyer", "sales", "warehouse", "production", "finance", "viewer")

_ALL = (
    _named("units", Column("dimension", "choice", default="count",
           choices=("count", "weight", "length", "area", "volume", "time", "other"))),
    _named("categories", _code("parent", "categories")),
    _named("warehouses", _text("region")),
    Target("locations", (_code("code", required=True), _code("warehouse", "warehouses", required=True), _text("zone"),
           _whole("aisle"), _whole("position"), _flag("is_pickable", 1)), ("code",), is_implied=True),
    _named("work_centers", _code("warehouse", "warehouses", required=True), Column("cost_per_hour", "price", default=0),
           _whole("capacity_minutes_per_day", 480)),
    _named("scrap_reasons"),
    _named("carriers"),
    Target("users", (_code("login", required=True), _text("name"), _text("name_zh"),
           Column("role", "choice", default="viewer", choices=ROLES)), ("login",), is_implied=True),
    _named("suppliers", Column("status", "choice", default="active", choices=("active", "on_hold", "inactive")),
           _whole("credit_rating"), _flag("is_preferred"), _text("city"), _text("contact"), implied=False),
    _named("customers", Column("customer_class", "choice", default="B", choices=("A", "B", "C")), _text("region"),
           _flag("is_active", 1), implied=False),
    Target("items", (_code("sku", required=True), _text("name", required=True), _text("name_zh"),
           Column("item_type", "choice", default="component", choices=ITEM_TYPES), _code("category", "categories"),
           _code("base_unit", "units", default="EA"), _quantity("quantity_step", 1_000_000, positive=True),
           Column("standard_cost", "price"), Column("list_price", "price"), _whole("shelf_life_days"),
           _flag("is_lot_tracked"), _flag("is_measured"), _flag("is_active", 1), _date("first_sale_date"),
           _date("last_sale_date")), ("sku",)),
    Target("item_costs", (_code("sku", "items", required=True), Column("unit_cost", "price", True),
           _date("valid_from", required=True), _date("valid_to")), ("sku", "valid_from"),
           not_before=(("valid_from", "valid_to"),)),
    Target("planning", (_code("sku", "items", required=True), _code("warehouse", "warehouses", required=True),
           Column("procurement", "choice", default="buy", choices=("buy", "make", "transfer", "phantom", "none")),
           _whole("lead_time_days"), _quantity("safety_stock"), _quantity("reorder_point"), _quantity("order_up_to"),
           _quantity("minimum_order", 0), _quantity("order_multiple", 0), _quantity("maximum_order")), ("sku", "warehouse")),
    Target("conversions", (_code("sku", "items"), _code("from_unit", "units", required=True),
           _code("to_unit", "units", required=True), _whole("numerator", required=True, positive=True),
           _whole("denominator", 1, positive=True)), ("sku", "from_unit", "to_unit")),
    Target("barcodes", (_code("barcode", required=True), _code("sku", "items", required=True),
           _code("unit", "units", default="EA")), ("barcode",)),
    Target("supplier_terms", (_code("supplier", "suppliers", required=True), _code("sku", "items", required=True),
           _text("supplier_sku"), _code("purchase_unit", "units", default="EA"), _whole("pack_quantity", positive=True),
           _whole("lead_time_days", required=True), _quantity("minimum_order", 0), _quantity("maximum_order"),
           _quantity("order_multiple", 0), Column("unit_price", "price", True), Column("last_cost", "price"),
           _whole("preference", 1), _flag("is_contract"), _date("valid_from"), _date("last_receipt_date")),
           ("supplier", "sku")),
    Target("bom_roots", (_code("sku", "items", required=True), _date("valid_from"), _date("valid_to")),
           ("sku", "valid_from"), not_before=(("valid_from", "valid_to"),)),
    Target("bom_lines", (_code("assembly", "items", required=True), _code("component", "items", required=True),
           _quantity("quantity", required=True, positive=True), Column("scrap_rate", "rate", default=0),
           _date("valid_from"), _date("valid_to")), ("assembly", "component", "valid_from"), document="assembly",
           not_before=(("valid_from", "valid_to"),)),
    Target("substitutes", (_code("component", "items", required=True), _code("substitute", "items", required=True),
           _code("assembly", "items"), _quantity("component_quantity", 1_000_000, positive=True),
           _quantity("substitute_quantity", 1_000_000, positive=True), _whole("priority", 1, positive=True), _flag("use_up"),
           _date("valid_from"), _date("valid_to")), ("component", "substitute", "assembly", "valid_from"),
           not_before=(("valid_from", "valid_to"),)),
    Target("stock", (_code("sku", "items", required=True), _code("location", "locations"), _quantity("quantity", required=True),
           _code("lot"), _date("expiry_date"), Column("unit_cost", "price")), ("sku", "location", "lot"),
           stepped="quantity"),
    Target("purchase_lines", (_code("order", required=True), _code("line"),
           _code("supplier", "suppliers", required=True), _date("order_date", required=True),
           Column("status", "choice", default="approved", choices=("pending", "approved", "rejected", "completed")),
           _code("buyer", "users"), _text("ship_method"), Column("freight", "money", default=0),
           _code("sku", "items", required=True), _code("warehouse", "warehouses", required=True),
           _quantity("quantity", required=True, positive=True), _code("unit", "units"), Column("unit_price", "price", True),
           Column("line_total", "money"), _date("required_date"), _date("promised_date"),
           _quantity("received_quantity", 0), _quantity("rejected_quantity", 0), _date("received_date"),
           _flag("is_received_date_assumed")), ("order", "line"), document="order", head=("supplier", "order_date"),
           not_before=(("order_date", "received_date"),), not_above=(("rejected_quantity", "received_quantity"),),
           needs=(("received_quantity", "received_date"),), stepped="quantity"),
    Target("sales_lines", (_code("order", required=True), _code("line"),
           _code("customer", "customers", required=True), _date("order_date", required=True), _code("salesperson", "users"),
           _text("customer_reference"), _code("sku", "items", required=True), _code("warehouse", "warehouses", required=True),
           _quantity("quantity", required=True, positive=True), _code("unit", "units"), Column("unit_price", "price", True),
           Column("discount", "rate", default=0), Column("line_total", "money"), _date("requested_date"),
           _date("promised_date"), _quantity("shipped_quantity"), _date("shipped_date"), _code("carrier", "carriers"),
           _text("tracking_number")), ("order", "line"), document="order", head=("customer", "order_date"),
           not_before=(("order_date", "shipped_date"),), not_above=(("shipped_quantity", "quantity"),),
           needs=(("shipped_quantity", "shipped_date"),), stepped="quantity"),
    Target("work_orders", (_code("order", required=True), _code("sku", "items", required=True),
           _code("warehouse", "warehouses", required=True), _quantity("quantity", required=True, positive=True),
           _quantity("scrapped_quantity", 0), _code("scrap_reason", "scrap_reasons"), _date("order_date"),
           _date("start_date", required=True), _date("due_date", required=True), _date("end_date")), ("order",),
           not_before=(("start_date", "end_date"),), not_above=(("scrapped_quantity", "quantity"),), stepped="quantity"),
    Target("operations", (_code("order", "work_orders", required=True), _whole("sequence", required=True),
           _code("work_center", "work_centers", required=True), _date("scheduled_start_date", required=True),
           _date("scheduled_end_date", required=True), _date("actual_start_date"), _date("actual_end_date"),
           Column("hours", "quantity"), Column("planned_cost", "money"), Column("actual_cost", "money")),
           ("order", "sequence"), not_before=(("actual_start_date", "actual_end_date"),)),
)  # fmt: skip

TARGETS: dict[str, Target] = {target.name: target for target in _ALL}
"""In the order of dependence: a target refers only to targets before it (categories also to themselves)."""
