"""The MCP server on the official SDK: seven tools, resources, one prompt, and the app.

    server = mcp_server(host, pictures, McpRules(), places=OverHttp())
    await server.run_stdio_async()

The same server speaks both protocol eras, over stdio and over HTTP (see `door`). It holds nothing
of its own: runs are in the store, so that another process answers for them after a restart.
"""

import logging
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from functools import wraps
from importlib.metadata import version
from typing import Annotated, Any, ParamSpec, TypeVar, cast

from mcp.server.apps import Apps
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from pydantic import Field, ValidationError

from ...memory import EditloopError
from ..host import Host
from ..pictures import Pictures
from . import app, app_tools, habits, texts
from .answers import Answers
from .arguments import FILE_PARAMS
from .editing import Editing
from .giving import Giving
from .looking import Looking
from .places import Places
from .resources import Library, Shelves
from .rules import McpRules
from .told import clipped
from .who import who

NAME = "editloop"
TOOLS = (
    "edit_image",
    "refine_run",
    "get_run",
    "compare_runs",
    "list_images",
    "request_upload",
    "rate_run",
)
"""The tools that models are offered, in the order in which they are listed."""

_LESS_TELLING = ("_parsing", "model_type")
"""Kinds of mistakes that are told of only where an argument can be nothing else."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


class EditloopServer(Shelves):
    """Says in one sentence what is wrong with a call, for the model that made it."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> Any:
        """Call a tool.

        Raises:
            ToolError: a model's mistake, in a sentence of ours.
        """
        tool = self._tool_manager.get_tool(name)
        if tool is None:
            raise ToolError(f"there is no tool {name!r}; there are {', '.join(TOOLS)}")

        known: dict[str, Any] = tool.parameters["properties"]
        if unknown := sorted(set(arguments) - set(known)):
            raise ToolError(f"{name} has no argument {unknown[0]!r}; there are {', '.join(known)}")
        try:
            return await super().call_tool(name, _given(tool, arguments), context)
        except UnexpectedToolError as error:
            said = "met a mistake in editloop itself: list_images tells which runs there are"
            raise UnexpectedToolError(f"{name} {said}, and the server's log what it was") from error
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                raise ToolError(_mistake(name, cause)) from cause
            raise ToolError(str(cause or error)) from cause


def mcp_server(
    host: Host, pictures: Pictures, rules: McpRules, *, places: Places
) -> EditloopServer:
    """Make the server; `places` knows where pictures go in and out beside it."""
    answers = Answers(host, rules, places)
    apps = Apps()
    app.register(apps, host, pictures, who)
    with _own_logging():
        server = EditloopServer(
            NAME,
            title="editloop",
            description="Edits pictures, looks at the edits, and edits again.",
            instructions=texts.instructions(rules.folders),
            version=version("editloop"),
            tools=_tools(host, pictures, answers, rules, places),
            extensions=[apps],
            middleware=[app.announce, app_tools.hide_from_models, habits.without_data],
            subscriptions=False,  # nothing that is listed changes, and nothing is told of that does
            log_level="WARNING",
        )
    server.library = Library(host, pictures, places)
    server.prompt(
        name="edit_with_care",
        title="Edit with care",
        description="Edit a picture, look at what was made, and stop in time.",
    )(_with_care)
    return server


@contextmanager
def _own_logging() -> Generator[None]:
    """Keep the log of this process as it is: a server of the SDK gives it a handler when made."""
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def _tools(
    host: Host, pictures: Pictures, answers: Answers, rules: McpRules, places: Places
) -> list[Tool]:
    editing = Editing(host, pictures, answers, rules)
    looking = Looking(host, pictures, answers)
    giving = Giving(host, pictures, answers, places)
    shown = app.SHOWN_IN_APP
    files = {**shown, **FILE_PARAMS}
    begins = texts.hints(elsewhere=True)
    reads = texts.hints(reads=True)
    return [
        _tool(editing.edit_image, "Edit a picture", texts.EDIT_IMAGE, begins, files),
        _tool(editing.refine_run, "Go on from a run", texts.REFINE_RUN, begins, shown),
        _tool(editing.get_run, "Look at a run", texts.GET_RUN, reads, shown),
        _tool(looking.compare_runs, "Compare runs", texts.COMPARE_RUNS, reads, shown),
        _tool(looking.list_images, "List pictures", texts.LIST_IMAGES, reads),
        _tool(
            giving.request_upload, "Take a picture in", texts.REQUEST_UPLOAD, texts.hints(), shown
        ),
        _tool(giving.rate_run, "Rate a run", texts.RATE_RUN, texts.hints()),
    ]


def _tool(
    call: Callable[..., Awaitable[Any]],
    title: str,
    about: str,
    annotations: Any,
    meta: dict[str, Any] | None = None,
) -> Tool:
    made = Tool.from_function(
        _plainly(call), title=title, description=about, annotations=annotations, meta=meta
    )
    made.parameters = _untitled(made.parameters) | {"additionalProperties": False}
    made.fn_metadata.output_schema = _untitled(made.fn_metadata.output_schema or {})
    return made


def _untitled(schema: Any) -> Any:
    """A schema without the titles that Pydantic makes of names; each costs every conversation."""
    if isinstance(schema, list | tuple):
        return [_untitled(each) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema

    known = cast("dict[str, Any]", schema)
    return {
        name: _untitled(each)
        for name, each in known.items()
        if name != "title" or not isinstance(each, str)
    }


def _plainly(call: Callable[_P, Awaitable[_R]]) -> Callable[_P, Awaitable[_R]]:
    """Tell failures of ours to the model, which may know what to do."""

    @wraps(call)
    async def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return await call(*args, **kwargs)
        except EditloopError as error:
            wait = f" (in {error.retry_after:.0f} s)" if error.retry_after else ""
            raise ToolError(f"{texts.said_here(error)}{wait}") from error

    return told


def _with_care(
    image: Annotated[str, Field(description="The handle or path of the picture.")],
    goal: Annotated[str, Field(description="What it shall look like.")],
) -> str:
    return texts.CAREFULLY.format(image=image, goal=goal)


def _given(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without those that are null and need not be given: some clients send all."""
    needed = tool.parameters.get("required", ())
    return {name: each for name, each in arguments.items() if each is not None or name in needed}


def _mistake(name: str, error: ValidationError) -> str:
    """The first thing that is wrong with the arguments, in one sentence."""
    first, *others = error.errors(include_url=False, include_context=False)
    where = _where(first["loc"])
    if first["type"] == "missing":
        return f"{name} needs the argument {where!r}"

    wrong = [first, *(each for each in others if _where(each["loc"]) == where)]
    telling = [each for each in wrong if not each["type"].endswith(_LESS_TELLING)] or wrong
    said, *more = dict.fromkeys(each["msg"].lower() for each in telling)
    said += "".join(f" or {each.removeprefix('input should be ')}" for each in more)
    return f"{name}: the argument {where!r} cannot be {clipped(repr(first['input']), 80)}: {said}"


def _where(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc if not _is_type(part))


def _is_type(part: int | str) -> bool:
    """Whether a part of a place names an alternative of a union, which no caller wrote."""
    return isinstance(part, str) and (
        part.startswith(("constrained-", "function-"))
        or part in ("str", "bool", "int", "float")
        or "[" in part
        or part[:1].isupper()
    )
