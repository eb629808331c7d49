"""Amazon's own models, to hold the stand-in's answers against.

They are public (amzn/selling-partner-api-models, commit 34dc93fe45f37c9a0b2e56823c808f68b4f81754,
Apache-2.0) and not part of this project: they are read from AMAZON_MODELS or from the folder
``shared/reference/amazon-models`` beside the project, and the tests that need them are skipped,
saying so, where there are none.
"""

import json
import os
from functools import cache
from pathlib import Path

import jsonschema
import pytest

_BESIDE = Path(__file__).parents[3] / "shared" / "reference" / "amazon-models"
FOLDER = Path(os.environ.get("AMAZON_MODELS") or _BESIDE)

SELLERS = ("sellers.json", "/sellers/v1/marketplaceParticipations", "get")
LISTINGS = (
    "listingsItems_2021-08-01.json",
    "/listings/2021-08-01/items/{sellerId}/{sku}",
    "patch",
)
ORDERS = ("orders_2026-01-01.json", "/orders/2026-01-01/orders", "get")

needs_models = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="Amazon's models are not here: set AMAZON_MODELS to a folder that has them",
)


@cache
def _model(name: str) -> dict:
    return json.loads((FOLDER / name).read_text("utf-8"))


def check_against_model(operation: tuple[str, str, str], status: int, body: object) -> None:
    """Raises jsonschema.ValidationError unless Amazon's model allows this answer."""
    name, path, method = operation
    model = _model(name)
    schema = model["paths"][path][method]["responses"][str(status)]["schema"]
    jsonschema.validate(
        body,
        {**schema, "definitions": model["definitions"]},
        cls=jsonschema.Draft4Validator,
        format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER,
    )


def rate_and_burst(operation: tuple[str, str, str]) -> tuple[float, int]:
    """The usage plan that the model's description of an operation names."""
    name, path, method = operation
    text = _model(name)["paths"][path][method]["description"]
    row = next(line for line in text.splitlines() if line.startswith("| ") and line[2].isdigit())
    rate, burst = (cell.strip() for cell in row.strip("| ").split("|")[:2])
    return float(rate), int(burst)
