"""
Exported measures on engines that others wrote, compared unit by unit with our own two readings.

For development only: ``scripts/install-conformance`` fetches the engines (Node), locked.
``python -m conformance`` runs the large comparison; ``tests/engines`` a small one.
"""
