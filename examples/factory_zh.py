"""Write the workbook a small Chinese factory might export: a sheet per list, titles above headers, merged cells, totals.

    python examples/factory_zh.py FOLDER

Then: throughline load FOLDER --map examples/factory_zh.toml. Everything in it is made up.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

__all__ = ["SHEETS", "write_workbook"]

NAME = "进销存.xlsx"

SHEETS: dict[str, list[list[Any]]] = {
    "物料": [
        ["编码", "名称", "规格型号", "类别", "单位", "来源", "标准成本", "售价", "安全库存"],
        ["C001", "折叠椅", "标准型", "成品", "把", "自制", 62, "￥128.00", 20],
        ["M001", "钢管", "Φ25×1.2", "原材料", "千克", "外购", "8.5元", "", 100],
        ["M002", "座板", "420×400", "原材料", "块", "外购", 15, "", 60],
        ["M003", "螺丝", "M6×30", "标准件", "个", "外购", 0.12, "", 1000],
    ],
    "供应商": [["编码", "名称", "联系人"], ["G01", "永兴钢材", "王经理"], ["G02", "华美木业", "李小姐"], ["G03", "顺达五金", ""]],
    "客户": [["编码", "名称", "地区"], ["K01", "蓝天家具城", "华东"], ["K02", "和平商场", "华北"]],
    "物料清单": [["父件", "子件", "用量", "损耗率"], ["C001", "M001", 2.4, "3%"], ["", "M002", 1, ""], ["", "M003", 8, ""]],
    "采购": [
        ["单号", "日期", "供应商", "物料", "数量", "单价", "要求到货", "到货数量", "不合格", "到货日期", "状态"],
        ["CG-001", date(2026, 1, 5), "G01", "M001", 300, 8.5, date(2026, 1, 12), 300, 0, date(2026, 1, 13), "完成"],
        ["CG-002", "2026年1月6日", "G02", "M002", 120, "15.00", "2026/1/16", 120, 4, "2026/1/15", "完成"],
        ["", "", "", "M003", "１０００", 0.12, "2026/1/16", 1000, 0, "2026/1/15", "完成"],
        ["CG-003", date(2026, 1, 26), "G01", "M001", 200, 8.7, date(2026, 2, 6), "", "", "", "已审核"],
        ["合计", "", "", "", "1,620", "", "", "1,420", 4, "", ""],
    ],
    "生产": [
        ["单号", "产品", "数量", "报废", "开工日期", "计划完工", "实际完工"],
        ["SC-001", "C001", 80, 2, date(2026, 1, 16), date(2026, 1, 20), date(2026, 1, 21)],
        ["SC-002", "C001", 30, 0, date(2026, 1, 28), date(2026, 2, 3), ""],
    ],
    "销售": [
        ["单号", "日期", "客户", "物料", "数量", "单价", "折扣", "要求交期", "发货日期"],
        ["XS-001", date(2026, 1, 8), "K01", "C001", 40, 128, "5%", date(2026, 1, 23), date(2026, 1, 22)],
        ["XS-002", date(2026, 1, 27), "K02", "C001", 25, 128, "", date(2026, 2, 10), ""],
    ],
    "库存": [
        ["物料", "货位", "数量"],
        ["C001", "成品库-01", 50],
        ["M001", "原料库-01", "112.5"],
        ["M002", "原料库-02", 61],
        ["M003", "原料库-03", 2150],
        ["合计", "", ""],
    ],
}
"""Sheets as lists of rows, the header first; an empty cell repeats the one above where the sheet has merged cells."""

_MERGED = {"物料清单": (1,), "采购": (1, 2, 3)}


def write_workbook(folder: Path) -> Path:
    """Write the workbook with a title line above every header and merged cells; returns its path."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        sheet.append([f"{name}表（截至 2026-01-31）"])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(rows[0]))
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
        for column in _MERGED.get(name, ()):
            first = 3
            for line in range(4, len(rows) + 3):
                ends = line == len(rows) + 2 or sheet.cell(line, column).value is not None
                if ends and line - first > 1:
                    sheet.merge_cells(start_row=first, start_column=column, end_row=line - 1, end_column=column)
                first = line if ends else first
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / NAME)
    return folder / NAME


if __name__ == "__main__":
    print(write_workbook(Path(sys.argv[1])))
