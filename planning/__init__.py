"""Net requirements, suggestions and their reasons as pure functions: frames in, frames out."""

from planning.compare import rank_suppliers
from planning.engine import plan
from planning.explain import ExplanationLine, explain
from planning.frames import PlanInputs, PlanResult
from planning.lots import LotRules, lot_sizes
from planning.network import find_cycles, low_level_codes
from planning.parameters import PlanParameters
from planning.projection import project
from planning.promise import available_to_promise
from planning.schemas import INPUT_SCHEMAS, OUTPUT_SCHEMAS

__all__ = [
    "INPUT_SCHEMAS",
    "OUTPUT_SCHEMAS",
    "ExplanationLine",
    "LotRules",
    "PlanInputs",
    "PlanParameters",
    "PlanResult",
    "available_to_promise",
    "explain",
    "find_cycles",
    "lot_sizes",
    "low_level_codes",
    "plan",
    "project",
    "rank_suppliers",
]
