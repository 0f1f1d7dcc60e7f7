"""What a bare URL is: asked of the server itself.

A server that names models speaks `/v1`; one whose `/health` has the official keys is a service of
EditThinker's protocol. Its answer to `/health` says nothing more than that (editthinker-spec 2.5).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

import httpx2
from anyio import create_task_group

from ..memory import EditloopError, EditorBusy, SettingsError
from ..tools.remote.editthinker_presets import PRESETS
from .addresses import Address

_SECONDS = 10.0
_PORTS = {preset.port: name for name, preset in PRESETS.items()}
_OFFICIAL = ("gpu_manager_ready", "flux_gpu_manager_ready")


async def editors(addresses: Sequence[Address]) -> tuple[Address, ...]:
    """Give every bare URL its kind; servers that do not answer are taken for what the others are.

    Raises:
        SettingsError: a server answers and is no edit service.
        EditorBusy: none of the servers can be reached, so that nothing is known of them.
    """

    async def ask(address: Address) -> Address | None:
        named = address.kind and (address.kind != "images" or "model" in address.options)
        return address if named else await _asked(address)

    found = await _each(ask, addresses)
    known = [address for address in found if address is not None and address.is_url]
    return tuple(_like(*pair, known) for pair in zip(addresses, found, strict=True))


async def thinkers(addresses: Sequence[Address]) -> tuple[Address, ...]:
    """Ask servers of thinkers for their model; those that do not answer have that of the others.

    One alone is not asked here: it asks when it is opened, and says itself what went wrong.

    Raises:
        SettingsError: a server names several models.
    """
    if len(addresses) == 1:
        return tuple(addresses)

    async def ask(address: Address) -> Address | None:
        if address.kind != "editthinker" or "model" in address.options:
            return address

        try:
            async with httpx2.AsyncClient(timeout=_SECONDS) as http:
                models = await _models(http, address.place)
        except httpx2.HTTPError:
            return None

        return address.but(model=_only(models, address)["id"]) if models else address

    found = await _each(ask, addresses)
    models = [a.options["model"] for a in found if a and "model" in a.options]
    return tuple(
        answer or (address.but(model=models[0]) if models else address)
        for address, answer in zip(addresses, found, strict=True)
    )


async def _each(
    ask: Callable[[Address], Awaitable[Address | None]], addresses: Sequence[Address]
) -> list[Address | None]:
    """Ask all at once; the answers in their order, or the first error."""
    found: dict[int, Address | None] = {}
    errors: list[EditloopError] = []

    async def one(index: int, address: Address) -> None:
        try:
            found[index] = await ask(address)
        except EditloopError as error:
            errors.append(error)

    async with create_task_group() as group:
        for index, address in enumerate(addresses):
            group.start_soon(one, index, address)

    if errors:
        raise errors[0]

    return [found[index] for index in range(len(addresses))]


def _like(address: Address, found: Address | None, known: list[Address]) -> Address:
    if found is not None:
        return found

    if address.kind:
        return address

    if not known:
        raise EditorBusy(
            f"{address.shown} cannot be reached, so nothing is known of it: start the server, or "
            f"say what it is, as in editthinker+{address.shown}"
        )

    return address.but(kind=known[0].kind, **known[0].options)


async def _asked(address: Address) -> Address | None:
    """Return the address with its kind; None when the server cannot be reached."""
    if address.place.endswith("/edit"):
        return address.but(kind="editthinker")

    try:
        async with httpx2.AsyncClient(timeout=_SECONDS) as http:
            if "model" in address.options:
                return address.but(kind="images")

            if models := await _models(http, address.place):
                return _images(address, _only(models, address))

            if not address.kind and await _is_official(http, address.place):
                return _official(address)
    except httpx2.HTTPError:
        return None

    if address.kind or "/v1" in address.place:
        raise SettingsError(f"{address.shown} names no models; say which with ?model=NAME")

    raise SettingsError(
        f"{address.shown} answers, and neither /v1/models nor /health is that of an edit service; "
        f"say what it is, as in images+{address.shown} or editthinker+{address.shown}"
    )


def _official(address: Address) -> Address:
    if "preset" in address.options:
        return address.but(kind="editthinker")

    preset = _PORTS.get(httpx2.URL(address.place).port or 0, "plain")
    return address.but(kind="editthinker", preset=preset)


def _images(address: Address, model: Mapping[str, Any]) -> Address:
    """A server of ours says so, and honours more than others."""
    ours = model.get("owned_by") == "editloop" and "dialect" not in address.options
    more = {"dialect": "editloop"} if ours else {}
    return address.but(kind="images", model=str(model["id"]), **more)


async def _models(http: httpx2.AsyncClient, url: str) -> list[Mapping[str, Any]]:
    """The entries under `/v1/models`."""
    root = url.removesuffix("/images/edits").removesuffix("/v1")
    data = _of(await http.get(f"{root}/v1/models"), "data")
    entries = list[Any](data) if isinstance(data, list) else []  # pyright: ignore[reportUnknownArgumentType] (a server's JSON)
    return [entry for entry in entries if isinstance(entry, dict) and "id" in entry]


def _only(models: list[Mapping[str, Any]], address: Address) -> Mapping[str, Any]:
    if len(models) > 1:
        names = ", ".join(str(model["id"]) for model in models[:5])
        raise SettingsError(
            f"{address.shown} serves {len(models)} models, {names}: say which with ?model=NAME"
        )

    return models[0]


async def _is_official(http: httpx2.AsyncClient, url: str) -> bool:
    answer = await http.get(f"{url}/health")
    return any(_of(answer, key) is not None for key in _OFFICIAL)


def _of(answer: httpx2.Response, key: str) -> object:
    """A field of a JSON object; None for anything else."""
    if answer.status_code != 200:
        return None

    try:
        body: Any = answer.json()
    except ValueError:
        return None

    return cast("dict[str, object]", body).get(key) if isinstance(body, dict) else None
