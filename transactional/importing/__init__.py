"""How does a real company's data come in? `load` takes a folder and a mapping and posts what it finds as commands.

mapping     what the TOML file says             staging     typed rows in a scratch database
sources     CSV, XLSX, Parquet in batches       checks      duplicates, unknown codes, circles, whole documents
casts       one cell -> one value               timeline    documents as steps in order of date
expressions rename, constant, lookup, split     opening     the stock history must have begun with
masters, documents -> commands                  poster      transactions, once only
rejects, readiness, reconcile, report           what a person gets to see
"""

from transactional.importing.load import Progress, load
from transactional.importing.problems import Finding
from transactional.importing.report import LoadReport, Sum, TableCount, summary

__all__ = ["Finding", "LoadReport", "Progress", "Sum", "TableCount", "load", "summary"]
