"""Tables and texts of a study, for people and for spreadsheets."""

from smacwrap.report.results import write_results
from smacwrap.report.summary import print_summary

__all__ = ["print_summary", "write_results"]
