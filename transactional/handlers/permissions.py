"""Which role may send which command?

'admin' and 'system' may send everything, 'manager' everything but users, company and settings machinery, 'viewer' nothing but
notes on what they see. Each other role sends what its desk does; planners, buyers and managers decide on suggestions.
"""

from __future__ import annotations

from kernel.errors import NotPermitted
from transactional.commands import Command
from transactional.engine.registry import permission_rule

__all__ = ["PERMITTED", "may_send"]

_EVERYBODY = {"WriteNote", "SetInboxState", "OpenAction", "ChangeAction"}
_DECISIONS = {"ApproveSuggestion", "RejectSuggestion", "UndoDecision", "RequestRun"}
_EXPECTING = {
    "OverrideForecast",
    "RecordBusinessEvent",
    "RecordSalesExpectation",
    "WithdrawBusinessEvent",
    "WithdrawSalesExpectation",
}
_PLANNING = _EXPECTING | {
    "SetPlanning",
    "AdjustDemand",
    "BorrowHistory",
    "EndBorrowing",
    "OverrideGroupForecast",
    "UndoDemandAdjustment",
    "DefineBusinessEvent",
    "SetCalendar",
    "PlaceWorkOrder",
    "CancelWorkOrder",
    "PlaceTransfer",
    "ReleaseWorkOrder",
    "SubstituteComponent",
}
_BUYING = {
    "CancelPurchaseLine",
    "DefineSupplier",
    "PlacePurchaseOrder",
    "PromisePurchaseLine",
    "RecordQualification",
    "RecordQuotes",
    "ReleasePurchaseOrder",
    "ReturnToSupplier",
    "SetSupplierTerms",
}
_SELLING = _EXPECTING | {
    "AllocateSalesLine",
    "CancelSalesLine",
    "ConfirmDelivery",
    "DefineBusinessEvent",
    "DefineCustomer",
    "EnterSalesOrder",
    "MovePromiseForCustomer",
    "PromiseSalesLine",
    "ReleaseAllocation",
    "ReturnGoods",
}
_STORING = {
    "AdjustStock",
    "AllocateSalesLine",
    "CompleteWorkOrder",
    "ConfirmDelivery",
    "DefineBarcode",
    "DefineLocation",
    "InspectGoods",
    "IssueComponents",
    "MoveStock",
    "PickSalesLine",
    "PlaceTransfer",
    "PostStocktake",
    "ReceiveGoods",
    "ReceiveTransfer",
    "RecordCounts",
    "ReleaseAllocation",
    "ReturnGoods",
    "ReturnToSupplier",
    "ReverseMovement",
    "ShipGoods",
    "ShipTransfer",
    "StartStocktake",
}
_MAKING = {
    "CancelWorkOrder",
    "CompleteWorkOrder",
    "DefineBom",
    "DefineRouting",
    "DefineScrapReason",
    "DefineSubstitute",
    "DefineWorkCenter",
    "IssueComponents",
    "PlaceWorkOrder",
    "RecordOperations",
    "ReleaseWorkOrder",
    "StartWorkOrder",
    "SubstituteComponent",
}
_PAYING = {"RecordSupplierInvoice", "ChangeSetting"}
_MASTER = {
    "DefineBarcode",
    "DefineBom",
    "DefineCarrier",
    "DefineCategory",
    "DefineConversion",
    "DefineItem",
    "DefineLocation",
    "DefineReturnReason",
    "DefineRouting",
    "DefineScrapReason",
    "DefineSubstitute",
    "DefineUnit",
    "DefineWarehouse",
    "DefineWorkCenter",
    "PostOpening",
    "SetCarrierLane",
}

PERMITTED: dict[str, frozenset[str]] = {
    "planner": frozenset(_EVERYBODY | _DECISIONS | _PLANNING | {"DefineItem", "DefineBom", "DefineRouting", "DefineSubstitute"}),
    "buyer": frozenset(_EVERYBODY | _DECISIONS | _BUYING | {"RecordSupplierInvoice"}),
    "sales": frozenset(_EVERYBODY | _SELLING),
    "warehouse": frozenset(_EVERYBODY | _STORING),
    "production": frozenset(_EVERYBODY | _MAKING),
    "finance": frozenset(_EVERYBODY | _PAYING),
    "viewer": frozenset({"WriteNote", "SetInboxState"}),
    "manager": frozenset(
        _EVERYBODY | _DECISIONS | _PLANNING | _BUYING | _SELLING | _STORING | _MAKING | _PAYING | _MASTER | {"AdvanceClock"}
    ),
}
"""Commands by role; 'admin' and 'system' are not limited."""


def may_send(role: str, kind: str) -> bool:
    """Whether a role may send a command; screens hide what it may not."""
    return role in ("admin", "system") or kind in PERMITTED.get(role, frozenset())


@permission_rule
def _role_allows(role: str, command: Command) -> None:
    if not may_send(role, command.kind):
        roles = sorted(name for name, kinds in PERMITTED.items() if command.kind in kinds)
        raise NotPermitted(
            "command.not_permitted", role=role, kind=command.kind, actor=command.actor, expected=", ".join([*roles, "admin"])
        )
