"""
What all tests share: where sample data lie, and the rule about skipped tests.

In the continuous integration (``CI`` or ``SPINEWISE_CI`` is set) a skipped test that
``allowed_skips.toml`` does not list fails the run: a test that nobody runs holds nothing.
"""

from __future__ import annotations

import os
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No test is timed: a busy machine is no fault of the code. Each run draws the same examples, unless
# SPINEWISE_EXAMPLES asks for more of them: then new ones are sought.
settings.register_profile(
    "steady", deadline=None, derandomize="SPINEWISE_EXAMPLES" not in os.environ
)
settings.load_profile("steady")

ROOT = Path(__file__).parent.parent
ALLOWED = Path(__file__).with_name("allowed_skips.toml")

_skipped: dict[str, str] = {}
"""Test or module id: why it was skipped, in this process."""


@pytest.fixture(scope="session")
def practice() -> Path:
    """The synthetic practice that the project ships (``make review`` reviews it)."""
    return ROOT / "examples" / "practice"


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder of large public sample sets, named by ``SPINEWISE_DATA``; skips without it."""
    folder = os.environ.get("SPINEWISE_DATA")
    if not folder:
        pytest.skip("SPINEWISE_DATA names no folder of public sample sets")
    return Path(folder)


def unlisted(skipped: dict[str, str], allowed: Path = ALLOWED) -> dict[str, str]:
    """Those of ``skipped`` that no row of the list of allowed skips matches."""
    rows = tomllib.loads(allowed.read_text(encoding="utf-8")).get("skip", [])
    for row in rows:
        if not row["reason"].strip():
            raise pytest.UsageError(f"{allowed.name}: {row['test']!r} has no reason")
    patterns = [row["test"] for row in rows]
    return {
        test: why
        for test, why in skipped.items()
        if not any(fnmatchcase(test, pattern) for pattern in patterns)
    }


def _is_ci() -> bool:
    values = (os.environ.get(name, "") for name in ("CI", "SPINEWISE_CI"))
    return any(value not in ("", "0", "false") for value in values)


def _why(report: pytest.CollectReport | pytest.TestReport) -> str:
    xfail = getattr(report, "wasxfail", None)
    if xfail is not None:
        return f"expected to fail: {xfail}"
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        _skipped[report.nodeid] = _why(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped[report.nodeid] = _why(report)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Hear of the modules that a parallel worker skipped as a whole."""
    _skipped.update(getattr(node, "workeroutput", {}).get("skipped", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["skipped"] = _skipped
    elif _is_ci() and session.exitstatus == pytest.ExitCode.OK and unlisted(_skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left_out = unlisted(_skipped) if _is_ci() else {}
    if left_out:
        terminalreporter.section("skipped, and not listed in tests/allowed_skips.toml", red=True)
        for test, why in sorted(left_out.items()):
            terminalreporter.line(f"{test}: {why}")
