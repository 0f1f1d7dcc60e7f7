"""What the API says of its operations, beside the code that carries them out.

`@operation("GET", "/v1/runs/{run}", answers={200: RunBody})` on a method is all that routes and the
OpenAPI document are made of; its docstring is the description.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

Handler = Callable[[Request], Awaitable[Response]]
_Method = TypeVar("_Method", bound=Callable[..., Awaitable[Response]])
_MARK = "__editloop_operation__"

JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Media:
    """A body that is no JSON of a model."""

    types: tuple[str, ...]
    binary: bool = True


Content = type[BaseModel] | Media | tuple[type[BaseModel], Media] | None
"""A model as JSON, something else, either, or nothing."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one path."""

    method: str
    path: str
    name: str
    summary: str
    description: str
    query: type[BaseModel] | None = None
    headers: Sequence[str] = ()
    """Request headers that change what happens; `HEADERS` in `openapi` describes them."""

    asks: Content = None
    needs_body: bool = True
    form: type[BaseModel] | None = None
    """The fields of a multipart form that is taken in place of JSON."""

    answers: Mapping[int, Content] = field(default_factory=dict[int, Content])
    problems: Sequence[int] = ()
    """Statuses of refusals, beside those that any request may get."""

    tells: Sequence[str] = ()
    """Headers of the answers; `TOLD` in `openapi` describes them."""

    tag: str = "runs"
    secured: bool = True
    """Whether a token is asked for where the server has any."""

    openai: bool = False
    """Whether refusals are written as OpenAI's clients read them."""


def operation(
    method: str,
    path: str,
    *,
    answers: Mapping[int, Content],
    **more: Any,
) -> Callable[[_Method], _Method]:
    """Mark a method as what answers at a path."""

    def mark(handler: _Method) -> _Method:
        summary, _, description = (handler.__doc__ or "").partition("\n")
        text = "\n".join(line.strip() for line in description.strip().splitlines())
        made = Operation(
            method, path, handler.__name__, summary.strip(), text, answers=answers, **more
        )
        setattr(handler, _MARK, made)
        return handler

    return mark


def operations_of(door: object) -> Iterator[tuple[Operation, str]]:
    """What a door (or its class) answers, in the order of writing, with the names of its methods."""
    kind = door if isinstance(door, type) else type(door)
    for name, found in vars(kind).items():
        if isinstance(mark := getattr(found, _MARK, None), Operation):
            yield mark, name
