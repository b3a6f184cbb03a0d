"""Holding records: snapshots in a workspace, and what they carry."""

from __future__ import annotations

from spinewise.records.store import Records, forget, import_export, is_workspace, one_shot

__all__ = ["Records", "forget", "import_export", "is_workspace", "one_shot"]
