"""Spinewise reviews low back pain imaging in a primary care practice."""

__version__ = "0.1.0"
