"""The published JSON schema of a recipe: `python -m editloop.tools.retouch.schema` writes it."""

import json
from pathlib import Path

from .recipe import Recipe

PLACE = Path(__file__).parents[2] / "docs" / "recipe.schema.json"


def schema_text() -> str:
    """The schema (draft 2020-12) as it is published."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Recipe.json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PLACE.write_text(schema_text(), encoding="utf-8")
