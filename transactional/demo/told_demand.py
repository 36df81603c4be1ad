"""What really moved demand in the demo company, and what did its people say about it?

Records of the shape of the planted problems, under `demand_facts` of the truth file. They are no problems: the twin without
problems has them too. What people said is judged against what customers wanted in the end.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from transactional.demo.calendars import CAMPAIGNS, SPRING_FESTIVAL
from transactional.demo.promotions import AFTER_DAYS, AFTER_FACTOR, stocking_up
from transactional.demo.truth_records import Record, sales_document, units

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = ["FACTS", "demand_facts"]

FACTS = {
    "campaign": ("618 and Double 11 lift promoted items", "618与双11拉动促销商品"),
    "festival": ("Spring Festival and National Day move demand", "春节与国庆影响需求"),
    "price_promotion": ("A price promotion lifts demand and borrows from the weeks after", "特价促销拉动并提前透支需求"),
    "project_order": ("A project order far above the usual", "远超平常的项目订单"),
    "new_item": ("A new item resembles an older one", "新品与老品相似"),
    "dying_item": ("An item fades out", "单品逐渐退市"),
    "override": ("A planner overrides forecasts", "计划员覆盖预测"),
    "group_override": ("A planner overrides a whole group", "计划员覆盖组合预测"),
    "expectation": ("A salesperson expects deals and drivers", "销售员的预期订单与市场驱动"),
}

_Fact = dict[str, Any]


def demand_facts(company: Simulation) -> list[Record]:
    """All records, in the order of `FACTS`."""
    found = [*_campaigns(company), *_festivals(company), *_promotions(company), *_projects(company), *_new_item(company)]
    found += _dying(company)
    for code in ("override", "group_override", "expectation"):
        by: dict[str, list[_Fact]] = defaultdict(list)
        for fact in company.office.log[code]:
            by[fact["by"]].append(fact)
        found += [_said(company, code, login, facts) for login, facts in sorted(by.items())]
    return found


def _record(code: str, subject: _Fact, start: str, end: str, measures: _Fact, documents: list[_Fact]) -> Record:
    title, title_zh = FACTS[code]
    return {
        "fact": code, "title": title, "title_zh": title_zh, "subject": subject, "from": start, "to": end,
        "measures": measures, "documents": documents,
    }  # fmt: skip


def _campaigns(company: Simulation) -> list[Record]:
    scale = company.world.scale
    promoted = sorted(item.sku for item in company.world.items() if item.pattern == "promoted")
    return [
        _record(
            "campaign", {"event": name, "items": promoted}, str(first), str(last),
            {"lift": 2.1, "factor_after": 0.75, "days_after": 14, "lift_of_others": 1.15, "factor_after_of_others": 0.95}, [],
        )
        for first, last, name, _ in CAMPAIGNS
        if first <= scale.end_date and last >= scale.start_date
    ]  # fmt: skip


def _festivals(company: Simulation) -> list[Record]:
    scale = company.world.scale
    gifts = sorted(item.sku for item in company.world.items() if item.is_sold and item.season == "gift")
    found = []
    for feast in SPRING_FESTIVAL.values():
        if scale.start_date <= feast <= scale.end_date:
            first, last = feast - timedelta(days=28), feast + timedelta(days=21)
            measures = {"factor_before": 1.45, "factor_during": 0.04, "factor_after": 0.65}
            found.append(_record("festival", {"event": f"Spring Festival {feast.year}"}, str(first), str(last), measures, []))
    for year in range(scale.start_date.year, scale.end_date.year + 1):
        first, last = stocking_up(year)
        if scale.start_date <= first and last <= scale.end_date and gifts:
            subject = {"event": f"National Day {year}", "items": gifts}
            found.append(_record("festival", subject, str(first), str(last), {"lift": 1.35, "factor_after": 0.8}, []))
    return found


def _promotions(company: Simulation) -> list[Record]:
    world = company.world
    ordered: dict[tuple[str, int], list[_Fact]] = defaultdict(list)
    for fact in company.office.log["price_promotion"]:
        promotion = company.demand.promotion(fact["sku"], world.day(date.fromisoformat(fact["day"])))
        if promotion is not None:
            ordered[promotion.sku, promotion.first].append(fact)
    return [
        _record(
            "price_promotion", {"event": one.name, "sku": sku}, str(world.date(one.first)), str(world.date(one.last)),
            {
                "lift": round(one.lift, 3), "factor_after": AFTER_FACTOR, "days_after": AFTER_DAYS,
                "discount": one.discount_ppm / 1_000_000,
                "ordered_quantity": units(sum(fact["quantity"] for fact in ordered[sku, one.first])),
            },
            [sales_document(fact) for fact in ordered[sku, one.first]],
        )
        for sku, promotions in sorted(company.demand.promotions.items())
        for one in promotions
        if 0 <= one.first < world.scale.days
    ]  # fmt: skip


def _projects(company: Simulation) -> list[Record]:
    found = []
    for fact in company.office.log["project_order"]:
        usual = company.world.catalogue.items[fact["sku"]]
        weekly = usual.weekly_units * usual.markets[fact["warehouse"]]
        subject = {"sku": fact["sku"], "warehouse": fact["warehouse"], "customer": fact["customer"]}
        measures = {
            "quantity": units(fact["quantity"]), "usual_weeks": round(units(fact["quantity"]) / weekly, 1),
            "is_marked": fact["is_marked"], "demand_date": fact["demand_date"],
        }  # fmt: skip
        found.append(_record("project_order", subject, fact["day"], fact["demand_date"], measures, [sales_document(fact)]))
    return found


def _new_item(company: Simulation) -> list[Record]:
    return [
        _record(
            "new_item", {"sku": fact["sku"], "warehouse": fact["warehouse"], "from_sku": fact["from_sku"]}, fact["first_day"],
            str(company.world.scale.end_date), {"factor": fact["factor"]}, [],
        )
        for fact in company.office.log["new_item"]
    ]  # fmt: skip


def _dying(company: Simulation) -> list[Record]:
    scale, mean = company.world.scale, company.demand.mean
    quarter = min(91, scale.days // 2)
    found = []
    for item in company.world.items():
        if item.pattern == "dying":
            first, last = sum(mean[item.sku][:quarter]), sum(mean[item.sku][scale.days - quarter : scale.days])
            measures = {"share_left": round(last / first, 3)}
            span = (str(scale.start_date), str(scale.end_date))
            found.append(_record("dying_item", {"sku": item.sku}, *span, measures, []))
    return found


def _said(company: Simulation, code: str, login: str, facts: list[_Fact]) -> Record:
    """What one person said, each against what customers were expected to want by the company's own means."""
    tellings = [_against_truth(company, code, fact) for fact in facts]
    ratios = [told["ratio"] for told in tellings if told.get("ratio") is not None]
    measures: _Fact = {"count": len(facts)}
    if ratios:
        measures["mean_ratio_to_truth"] = round(sum(ratios) / len(ratios), 3)
    if code == "expectation":
        deals = [fact for fact in facts if fact["expectation_kind"] == "deal"]
        measures |= {"deal_count": len(deals), "deals_won": sum(told.get("is_won") is True for told in tellings)}
    return _record(code, {"login": login}, min(f["day"] for f in facts), max(f["day"] for f in facts), measures, tellings)


_KEPT = (
    "sku", "category", "warehouse", "level", "customer", "period_start", "first_period", "last_period", "override_quantity",
    "quantity", "change_ppm", "probability_ppm", "expectation_kind", "is_withdrawn",
)  # fmt: skip


def _against_truth(company: Simulation, code: str, fact: _Fact) -> _Fact:
    world = company.world
    told: _Fact = {"day": fact["day"], **{name: fact[name] for name in _KEPT if fact.get(name) is not None}}
    for name in ("override_quantity", "quantity"):
        if name in told:
            told[name] = units(told[name])
    if code == "override":
        month = date.fromisoformat(fact["period_start"])
        after = (month + timedelta(days=32)).replace(day=1)
        item = world.catalogue.items[fact["sku"]]
        wanted = sum(company.demand.mean[item.sku][world.day(month) : world.day(after)]) * item.markets[fact["warehouse"]]
        told["ratio"] = round(told["override_quantity"] / wanted, 3) if wanted > 0 else None
    if fact.get("expectation_kind") == "deal":
        # A deal was won when a project of that customer and item asked for it in its months; still open when they lie ahead.
        asked = [
            project for project in company.office.log["project_order"]
            if (project["sku"], project["customer"]) == (fact["sku"], fact["customer"])
            and project["demand_date"][:7] == fact["first_period"][:7]
        ]  # fmt: skip
        told["is_won"] = True if asked else (None if fact["first_period"] > str(world.scale.end_date) else False)
    return told
