"""A system: a name for editor, thinker and rules, and the labels that its runs carry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from ...agent.settings import Choices, Settings
from ...memory.errors import SettingsError
from ...memory.store import Store
from ..scores import Suite

LABEL = "eval"
"""The label that names a run's place: suite, system, digest, seed, case."""

_APART = frozenset(
    {"store", "images", "cost", "edit_cost", "edits_at_once", "critiques_at_once", "runs_at_once"}
    | {"lease_seconds", "trace_content", "edit_attempts", "backends"}
)
"""Settings that do not change what a run makes."""

_NAME = re.compile(r"[\w.+:@=-]{1,80}", re.ASCII)
_OTHER = re.compile(r"[^\w.+:@=-]+", re.ASCII)
_SUITE: TypeAdapter[Suite] = TypeAdapter(Suite)


class Place(NamedTuple):
    """Where a run belongs."""

    suite: Suite
    system: str
    digest: str
    seed: int
    case: str

    @property
    def label(self) -> str:
        """The value of the label; no two cases share one."""
        return "/".join((self.suite, self.system, self.digest, str(self.seed), self.case))

    @property
    def key(self) -> str:
        """The name of a second label, by which one place is found without reading all: names of
        labels have an index, values have none."""
        return f"{LABEL}.{sha256(self.label.encode()).hexdigest()[:24]}"

    @classmethod
    def of(cls, label: str) -> "Place":
        """Take a label apart.

        Raises:
            ValueError: it is none of ours.
        """
        suite, system, digest, seed, case = label.split("/", 4)
        return cls(_SUITE.validate_python(suite), system, digest, int(seed), case)


@dataclass(frozen=True, slots=True)
class System:
    """What is compared with others."""

    name: str
    digest: str

    def place(self, suite: Suite, case: str, seed: int) -> Place:
        """Where the run of a case belongs."""
        return Place(suite, self.name, self.digest, seed, case)

    def prefix(self, suite: Suite) -> str:
        """What the labels of all its runs of a suite begin with."""
        return f"{suite}/{self.name}/{self.digest}/"


def system_of(choices: Choices, name: str | None = None) -> System:
    """The system of some settings. Without a name it is that of its engines and the digest.

    The digest is made of the settings that change what a run makes, where they are not the
    default, so that a setting that is added later changes no digest.

    Raises:
        SettingsError: the name has other characters than letters, digits and `.+:@=_-`.
    """
    settings = choices.snapshot()
    digest = _digest(settings)
    if name is None:
        engines = _OTHER.sub("-", f"{settings['editor']}+{settings['thinker']}")
        name = f"{engines[:60]}-{digest[:6]}"
    if not _NAME.fullmatch(name):
        raise SettingsError(f"--system {name!r}: use letters, digits and .+:@=_- (80 at most)")
    return System(name, digest)


def _digest(settings: Mapping[str, Any]) -> str:
    usual = Settings().model_dump(mode="json")
    backends = settings.get("backends", {})
    said = {n: v for n, v in settings.items() if n not in _APART and v != usual.get(n)}
    for name in ("editor", "thinker", "first"):  # what a name of one's own stands for
        each = settings[name]
        said[name] = ",".join(backends.get(part, part) for part in str(each).split(","))
    text = "\n".join(f"{name}={said[name]!r}" for name in sorted(said))
    return sha256(text.encode()).hexdigest()[:12]


async def only_one(store: Store, suite: Suite, system: System) -> None:
    """Make sure that the name does not stand for something else already.

    Raises:
        SettingsError: runs of that name were made with other settings.
    """
    for found in await systems(store, suite):
        if found.name == system.name and found.digest != system.digest:
            raise SettingsError(
                f"system {system.name!r} was begun with other settings ({found.digest}, now "
                f"{system.digest}): give this one another name with --system"
            )


async def systems(store: Store, suite: Suite) -> list[System]:
    """The systems that have runs of a suite, by name."""
    labels = await store.labelled(LABEL, f"{suite}/")
    places = [Place.of(each.value) for each in labels]
    found = {(place.system, place.digest) for place in places}
    return [System(*each) for each in sorted(found)]
