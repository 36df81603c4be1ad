"""How does a real company's data come in? `load` takes a folder and a mapping and posts what it finds as commands.

mapping, mapping_tables   what the TOML file says     sources, source_*   CSV, XLSX, Parquet in batches
expressions, filters      rename, look up, split      cells, dates, casts one cell -> one value
reading, lookups, columns files -> stage              staging             typed rows in a scratch database
checks, row_checks, circles   what contradicts itself held, changes       what the ledger has from earlier loads
bills, packs, costs       what a product needs, what a unit holds and costs
timeline, opening, stock  steps in order of date, the stock history must have begun with
masters, documents, buying, selling, making           -> commands
poster, run, load         transactions, once only     mended, rejects     bad rows out and back in
readiness, reconcile, report, report_files            what a person gets to see
"""

from transactional.importing.load import Progress, load
from transactional.importing.mended import mapping_of
from transactional.importing.problems import Finding
from transactional.importing.report import LoadReport, Sum, TableCount, summary

__all__ = ["Finding", "LoadReport", "Progress", "Sum", "TableCount", "load", "mapping_of", "summary"]
