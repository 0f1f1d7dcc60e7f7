"""Recipes as a chat model writes them: the schema that it is given, and what it got wrong in words."""

import json
from functools import cache
from typing import Any, TypeGuard

from pydantic import ValidationError
from pydantic_ai import RunContext
from pydantic_ai.tools import ToolDefinition
from pydantic_core import ErrorDetails

from ...memory import InputError
from ..retouch.recipe import Recipe

_TOLD = 3  # errors of one recipe


def read(recipe: object) -> Recipe:
    """Read a recipe; the bare list of operations and JSON in a string are taken for one too.

    Raises:
        InputError: it has no operations, or is not valid; names the places and what belongs there.
    """
    recipe = _plain(recipe)
    try:
        found = Recipe.model_validate_json(json.dumps(recipe))
    except ValidationError as error:
        errors = error.errors(include_url=False)
        told = map(_told, errors[:_TOLD])
        raise InputError("\n".join(["this recipe cannot be used:", *told])) from None
    if not found.operations:
        raise InputError(
            'the recipe has no operations: write {"operations": [{"op": …, …}]} with at least one'
        )
    return found


async def typed(_: RunContext[Any], tool: ToolDefinition) -> ToolDefinition:
    """Give the tool the schema of recipes."""
    tool.parameters_json_schema = _schema()
    return tool


def _plain(recipe: object) -> object:
    if isinstance(recipe, str):
        try:
            recipe = json.loads(recipe)
        except ValueError as error:
            raise InputError(f"the recipe is no JSON: {error}") from None
    return {"operations": recipe} if _is_list(recipe) else recipe


def _told(error: ErrorDetails) -> str:
    """One error: where it is, what is wrong, and what belongs there."""
    place = ".".join(str(part) for part in error["loc"]) or "the recipe"
    if error["type"] == "union_tag_not_found":
        tag = str(error.get("ctx", {}).get("discriminator", "")).strip("'")
        named = ", ".join(_shapes(tag))
        return f'{place}: an object with "{tag}" belongs here, which is one of {named}'
    return f"{place}: {error['msg']}{_hint(error['loc'])}"


def _hint(place: tuple[int | str, ...]) -> str:
    if place[-1:] == ("region",):
        return f'; give an object with a "shape": {", ".join(_shapes("shape"))}'
    if len(place) < 2:
        return '; write {"operations": [{"op": …, …}, …]}'
    shape = _shape_at(place)
    return f"; it takes {json.dumps(shape)}" if shape else ""


def _shape_at(place: tuple[int | str, ...]) -> dict[str, Any] | None:
    """The schema of the innermost operation or region that a place lies in."""
    if "region" not in place:
        return _shapes("op").get(str(place[2])) if len(place) > 2 else None
    shapes, inside = _shapes("shape"), place[place.index("region") + 1 :]
    named = [part for part in inside if isinstance(part, str) and part in shapes]
    return shapes[named[-1]] if named else None


@cache
def _shapes(tag: str) -> dict[str, dict[str, Any]]:
    """The schemas of objects by what their `op` or `shape` says, without their descriptions."""
    found: dict[str, dict[str, Any]] = {}
    for shape in _schema()["$defs"].values():
        properties = shape.get("properties", {})
        if tag in properties:
            found[str(properties[tag]["const"])] = {
                name: each for name, each in properties.items() if name != "region"
            }
    return found


@cache
def _schema() -> dict[str, Any]:
    """The tool's arguments; recipes as published, without what makes a schema long."""
    recipe = _short(Recipe.json_schema())
    shapes = recipe.pop("$defs")
    region = shapes["Blacks"]["properties"]["region"]
    shapes["Region"] = next(each for each in region["anyOf"] if "oneOf" in each)
    for shape in shapes.values():
        if "region" in shape.get("properties", {}):
            shape["properties"]["region"] = {"$ref": "#/$defs/Region"}
    del shapes["MaskImage"]["properties"]["sha256"]  # it is the mask of the call
    del recipe["properties"]["version"]
    handle = {"type": "string", "description": "Handle of the picture."}
    mask = {"type": "string", "description": "Handle of a picture: white where to act."}
    return {
        "type": "object",
        "properties": {"image": handle, "recipe": recipe, "mask": mask},
        "required": ["image", "recipe"],
        "$defs": shapes,
    }


def _short(schema: Any) -> Any:
    """Leave out titles and the like, which tell a model nothing, and require what tells apart."""
    if _is_list(schema):
        return [_short(each) for each in schema]
    return _short_node(schema) if _is_node(schema) else schema


def _short_node(node: dict[str, Any]) -> dict[str, Any]:
    left = ("title", "additionalProperties", "discriminator", "default")
    kept = {name: _short(each) for name, each in node.items() if name not in left}
    if "properties" in node:
        named = node["properties"].items()
        kept["properties"] = {name: _short(each) for name, each in named}
        constant = [name for name, each in named if "const" in each and name != "version"]
        kept["required"] = [*constant, *node.get("required", [])]
    return kept


def _is_list(schema: object) -> TypeGuard[list[Any]]:
    return isinstance(schema, list)


def _is_node(schema: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(schema, dict)
