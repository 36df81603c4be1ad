"""Pieces several pages share: cards, charts, tables with export, filters in the link, the frame around every page."""
