"""Sums up what the fault tests did."""

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how often each fault happened, and how many runs were made and repeated."""
    reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    found = [dict(report.user_properties) for report in reports if report.user_properties]
    found = [properties for properties in found if "faults" in properties]
    if not found:
        return
    terminalreporter.section("faults")
    for fault, count in Counter(name for f in found for name in f["faults"]).most_common():
        terminalreporter.line(f"{count:>5}  {fault}")
    for what in ("runs", "repeated"):
        terminalreporter.line(
            f"{sum(f[what] for f in found):>5}  runs {what}".replace("runs runs", "runs recorded")
        )
