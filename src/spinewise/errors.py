"""The one error that a user sees: what was wrong, where, and what to do."""

from __future__ import annotations


class SpinewiseError(Exception):
    """
    A mistake in the input, said so that its user can mend it.

    Every face shows ``message``, ``where`` and ``hint`` and never a stack trace.

    Parameters
    ----------
    message
        What was wrong, with the value that was found.
    where
        The place: a file, and if known its line and field (``"events.csv, line 12, start"``).
    hint
        What to do about it.
    """

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f"\n{self.hint}" if self.hint else ""
        return f"{place}{self.message}{mend}"


class PackageError(SpinewiseError):
    """A change package, or a value-set folder given for it, cannot be used as written."""


class IntakeError(SpinewiseError):
    """An export cannot be read at all (single bad lines go to the quarantine instead)."""


class WorkspaceError(SpinewiseError):
    """A workspace folder cannot be read or written."""


class SpinewiseWarning(UserWarning):
    """Something that the user should know, although the work went on."""
