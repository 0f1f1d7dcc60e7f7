"""Whether servers answer: their health and their models, with short timeouts and in parallel."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any, cast

from anyio import create_task_group

from ..agent.addresses import Address

SECONDS = 5.0
"""How long one server may take to answer."""

_OFFICIAL = ("gpu_manager_ready", "flux_gpu_manager_ready")  # editthinker-spec 2.5
_PROVES_NOTHING = "an official service says this from its start on; `backend test` tries the model"


@dataclass(frozen=True, slots=True)
class Reached:
    """What one server said."""

    address: str
    """Without a password."""

    reachable: bool
    ready: bool | None
    """None where its health does not tell."""

    seconds: float
    models: tuple[str, ...] = ()
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """One object."""
        return asdict(self)


async def reached(addresses: Sequence[Address]) -> list[Reached]:
    """Ask all servers at once; addresses without a server are left out."""
    asked = [address for address in addresses if address.is_url]
    found: dict[int, Reached] = {}

    async def ask(index: int, address: Address) -> None:
        found[index] = await _asked(address)

    async with create_task_group() as group:
        for index, address in enumerate(asked):
            group.start_soon(ask, index, address)
    return [found[index] for index in range(len(asked))]


async def _asked(address: Address) -> Reached:
    import httpx2

    begun = perf_counter()
    root = address.place.removesuffix("/edit").removesuffix("/images/edits").removesuffix("/v1")
    try:
        async with httpx2.AsyncClient(timeout=SECONDS) as http:
            health = await http.get(f"{root}/health")
            models = await http.get(f"{root}/v1/models")
    except httpx2.HTTPError as error:
        why = str(error) or type(error).__name__
        return Reached(address.shown, False, False, perf_counter() - begun, detail=why)

    names = _models(_object(models)) if models.status_code == 200 else ()
    ready, detail = _health(health.status_code, _object(health))
    return Reached(address.shown, True, ready, perf_counter() - begun, names, detail)


def _health(status: int, said: Mapping[str, object]) -> tuple[bool | None, str]:
    if isinstance(ready := said.get("ready"), bool):  # a service of ours has tried its editor
        return ready, "healthy" if ready else "its editor is not ready"
    if any(name in said for name in _OFFICIAL):
        return None, _PROVES_NOTHING
    if status == 404:
        return None, "it has no /health"
    if status == 200:
        return True, "healthy"
    return False, f"its health answers with {status}"


def _models(said: Any) -> tuple[str, ...]:
    try:
        return tuple(str(entry["id"]) for entry in said["data"])
    except (KeyError, TypeError):  # whatever it is, it is no list of models
        return ()


def _object(answer: Any) -> dict[str, object]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return cast("dict[str, object]", body) if isinstance(body, dict) else {}
