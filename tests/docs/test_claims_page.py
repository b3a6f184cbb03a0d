"""The page that follows people through the published rules says what a run of the rules says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "explain_claims.py"


def test_the_page_is_what_the_rules_say(sample_data: Path) -> None:
    """Else: ``python scripts/explain_claims.py FOLDER``, and read what changed."""
    spec = importlib.util.spec_from_file_location("explain_claims", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    made = module.page(sample_data / "synpuf50-omop")

    assert made == module.PAGE.read_text(encoding="utf-8")
    said = " ".join(made.split())
    assert "27 people have a low back pain code" in said
    assert (
        "11 people a lumbar X-ray, CT or MRI (13 claim lines), and 8 people such an image" in said
    )
