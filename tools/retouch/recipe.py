"""A recipe: an ordered list of operations."""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from ...memory import Frozen, InputError
from .geometric import Geometric
from .photometric import Photometric

Operation = Annotated[Photometric | Geometric, Field(discriminator="op")]


class Recipe(Frozen):
    """What to do to a picture, in order. The same recipe and picture give the same bytes."""

    version: Literal[1] = 1
    operations: Annotated[tuple[Operation, ...], Field(max_length=64)] = ()

    @classmethod
    def from_json(cls, text: str | bytes) -> "Recipe":
        """Read a recipe.

        Raises:
            InputError: it is not JSON, or an operation or a parameter is unknown or out of range.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the recipe"
            raise InputError(f"cannot use this recipe: {place}: {first['msg']}") from None

    def to_json(self) -> str:
        """Write the recipe as JSON that `from_json` reads."""
        return self.model_dump_json(indent=2, exclude_none=True)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the published JSON schema (draft 2020-12)."""
        return cls.model_json_schema()
