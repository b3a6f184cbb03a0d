"""The command line: what is typed reaches the Python API, and errors become words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import spinewise
from spinewise.cli import main
from spinewise.errors import IntakeError

SECRET = "Jeanne Tremblay"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    return folder


@pytest.fixture
def run(export: Path, tmp_path: Path) -> Callable[..., Result]:
    """Run ``spinewise review`` on an export with the options that it needs, and more."""

    def run(*options: str, period: str = "2024") -> Result:
        needed = ["review", str(export), "--period", period, "--out", str(tmp_path / "out")]
        return CliRunner().invoke(main, [*needed, *options])

    return run


def fails_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def review(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(spinewise, "review", review)


def called_with(monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result], *options: str,
                **more: str) -> dict[str, Any]:  # fmt: skip
    """What ``spinewise.review`` is called with for these options."""
    calls: list[dict[str, Any]] = []

    def review(path: Path, **given: Any) -> None:
        calls.append({"path": path, **given})
        raise IntakeError("far enough")

    monkeypatch.setattr(spinewise, "review", review)
    result = run(*options, **more)
    assert calls, result.output
    return calls[0]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("24", "'24' is not a period"),
        ("2024-13", "'2024-13' is not a period"),
        ("0000", "'0000' is not a period"),
        ("2024-02-30/2024-03-31", "'2024-02-30/2024-03-31' is not a period"),
        ("2024-12-31/2024-01-01", "ends before it begins"),
        ("2024-01-01/", "'2024-01-01/' is not a period"),
    ],
)
def test_a_wrong_period_is_shown_with_what_to_write(
    run: Callable[..., Result], typed: str, words: str
) -> None:
    result = run(period=typed)
    assert result.exit_code == 2
    error, hint = result.stderr.splitlines()
    assert words in error
    assert hint


def test_options_reach_the_api(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result], export: Path, tmp_path: Path
) -> None:
    own = tmp_path / "practice.toml"
    own.touch()
    given = called_with(
        monkeypatch,
        run,
        *["--practice", str(own)],
        *["--indicators", "imaging-early, imaging-unknown", "--compare", str(export)],
        *["--workspace", str(tmp_path / "kept"), "--format", "csv", "--verified-only"],
        *["--package", str(export), "--value-sets", str(export), "--today", "2025-03-31"],
        *["--lang", "fr", "--ages-open"],
    )
    del given["progress"]
    assert given == {
        "ages_open": True,
        "path": export,
        "practice": own,
        "period": "2024",
        "out": tmp_path / "out",
        "language": "fr",
        "indicators": ["imaging-early", "imaging-unknown"],
        "compare": export,
        "workspace": tmp_path / "kept",
        "format": "csv",
        "mapping": None,
        "package": export,
        "value_sets": export,
        "verified_only": True,
        "today": date(2025, 3, 31),
    }


def test_a_day_that_is_none_is_an_error(run: Callable[..., Result]) -> None:
    result = run("--today", "2025-02-29")
    assert result.exit_code == 2
    assert "'2025-02-29' is not a day of the calendar" in result.stderr


def test_an_empty_name_is_an_error(run: Callable[..., Result]) -> None:
    result = run("--indicators", "imaging-early,,")
    assert result.exit_code == 2
    assert "has an empty name" in result.stderr


def test_a_missing_export_is_an_error(tmp_path: Path) -> None:
    arguments = ["review", "nowhere", "--period", "2024", "--out", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "'nowhere' does not exist" in result.stderr


def test_a_review_never_replaces_the_one_it_compares_with(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    result = run("--compare", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "would replace the review to compare with" in result.stderr


def test_a_mistake_is_two_lines_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result]
) -> None:
    error = IntakeError("no table 'events'", where="export", hint="Add events.csv.")
    fails_with(monkeypatch, error)
    result = run()
    assert result.exit_code == 2
    assert result.stderr == "Error: no table 'events' (export)\nAdd events.csv.\n"


def test_a_failure_of_ours_says_so_and_keeps_values_to_itself(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result]
) -> None:
    """The text of an unexpected error may hold a value of a record; only its place is shown."""
    monkeypatch.delenv("SPINEWISE_DEBUG", raising=False)
    fails_with(monkeypatch, KeyError(SECRET))
    result = run()
    assert result.exit_code == 1
    assert "Spinewise itself failed, at cli/review.py:" in result.stderr
    assert "(KeyError)" in result.stderr
    assert "report" in result.stderr
    assert SECRET not in result.output
    assert "Traceback" not in result.output


def test_the_trace_is_shown_on_request(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result]
) -> None:
    monkeypatch.setenv("SPINEWISE_DEBUG", "1")
    fails_with(monkeypatch, KeyError(SECRET))
    result = run()
    assert result.exit_code == 1
    assert "Traceback" in result.stderr


def test_stopping_is_not_an_error(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result]
) -> None:
    fails_with(monkeypatch, KeyboardInterrupt())
    result = run()
    assert result.exit_code == 130
    assert result.stderr.endswith("\nStopped; what was there before is unchanged.\n")


def test_a_full_disk_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result]
) -> None:
    fails_with(monkeypatch, OSError(28, "No space left on device", "/out/report.html"))
    result = run()
    assert result.exit_code == 2
    assert "Error: No space left on device (/out/report.html)" in result.stderr


def test_progress_is_a_line_a_stage_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result]
) -> None:
    """In a log each stage is named once, however often it reports."""

    def review(*_: object, progress: Callable[[str, int, int], None], **__: object) -> None:
        progress("reading", 0, 10)
        progress("reading", 10, 10)
        progress("counting", 0, 0)
        raise IntakeError("far enough")

    monkeypatch.setattr(spinewise, "review", review)
    assert run().stderr.splitlines()[:2] == ["Reading ...", "Counting ..."]


@pytest.mark.parametrize("name", [None, *main.commands])
def test_every_command_and_option_has_help(name: str | None) -> None:
    command: click.Command = main.commands[name] if name else main
    assert command.help
    for param in command.params:
        if isinstance(param, click.Option):
            assert param.help, param.name
    shown = CliRunner().invoke(main, [name, "--help"] if name else ["--help"])
    assert shown.exit_code == 0
    assert "\n\n" in shown.output


def test_forgetting_asks_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without "y" nothing is deleted."""

    def forget(*_: object, **__: object) -> None:
        pytest.fail("forgotten without a yes")

    monkeypatch.setattr(spinewise, "forget", forget)
    result = CliRunner().invoke(main, ["forget", "--workspace", str(tmp_path)], input="n\n")
    assert result.exit_code == 130
    assert "what was there before is unchanged" in result.stderr


def test_the_version_is_shown() -> None:
    shown = CliRunner().invoke(main, ["--version"]).output
    assert shown == f"spinewise, version {spinewise.__version__}\n"
