"""
Known answers of other programs, held against ours: ``python -m tests.oracles FOLDER``.

A folder of cases holds one JSON file a case (schema ``lbp-oracle/1``, see
tests/data/oracles/spc/README.md). Each is evaluated with the functions of
:mod:`spinewise.statistics`, and every number that the case expects is compared. Where ours is meant
to differ, ``choices.toml`` says so, and why.
"""
