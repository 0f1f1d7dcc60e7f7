"""Everything that may be chosen, and where a choice came from.

A flag beats an environment variable (`EDITLOOP_*`), which beats `.env`, `editloop.toml` in the
working folder, `config.toml` in the user's configuration folder, and the defaults below.
"""

from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ..memory import SettingsError
from .addresses import masked
from .sources import Layer, default_store, layers


class Settings(BaseSettings):
    """The choices, checked. Field names are the names of flags and of `EDITLOOP_` variables."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix="EDITLOOP_")

    editor: str = "retouch"
    """Who edits: an address, or several separated by commas; `retouch` is built in."""

    edit_cost: float = Field(default=0.0, ge=0)
    """US dollars that one edit of a hosted editor is expected to cost; what `cost` reserves."""

    thinker: str = "measured"
    """Who criticises: an address, or several separated by commas; `measured` is built in."""

    first: str = "asked"
    """Who words the instruction of turn 1: `asked` is the user; else the address of a rewriter."""

    backends: dict[str, str] = Field(default_factory=dict)
    """Names of one's own for addresses: the table `[backends]` of a configuration file."""

    rules: Literal["standard", "reference", "exhaustive"] = "standard"
    """`reference` reproduces the official script's stop rules, for comparison; `exhaustive` makes all
    `turns` and picks the best."""

    base: Literal["source", "best", "previous"] = "source"
    """Which picture each turn edits."""

    turns: int = Field(default=5, ge=1, le=100)
    """At most so many."""

    semantic: float = Field(default=8.0, ge=0, le=10)
    """The semantic score that is good enough."""

    quality: float = Field(default=8.0, ge=0, le=10)
    """The quality score that is good enough."""

    seconds: float | None = Field(default=None, gt=0)
    """Wall-clock limit of a run; then the best turn so far is the answer."""

    cost: float | None = Field(default=None, ge=0)
    """Limit in US dollars, for all runs of one command together."""

    edit_attempts: int = Field(default=3, ge=1, le=20)
    """How often a failed edit is tried."""

    samples: int = Field(default=3, ge=1, le=20)
    """How many answers a thinker may give until one can be read."""

    edits_at_once: int | None = Field(default=None, ge=1, le=1024)
    """Edits that run at the same time; they bound the pictures in memory. As many as the editors
    work on unless given."""

    critiques_at_once: int | None = Field(default=None, ge=1, le=1024)
    """Critiques that run at the same time; as many as the thinkers take unless given."""

    runs_at_once: int = Field(default=8, ge=1, le=10_000)
    """Runs in flight when several pictures are given."""

    lease_seconds: float = Field(default=60.0, ge=1, le=3600)
    """How long a run stays with a worker that is not heard of."""

    store: str = ""
    """`sqlite:///file`, a path, or `postgresql://…`; empty is the user's data folder."""

    images: Path | None = None
    """The folder of the pictures; beside a SQLite store unless given."""

    trace_content: bool = True
    """Whether instructions and reasoning may appear in spans. Pictures never do."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: it has read the other sources, to know each one's part."""
        return (init_settings,)

    @property
    def store_url(self) -> str:
        """The store's URL, the default filled in."""
        return self.store or default_store()

    @property
    def images_folder(self) -> Path:
        """The folder of the pictures, the default filled in."""
        if self.images:
            return self.images.expanduser()

        url = self.store_url
        if url.startswith("postgresql"):
            return user_data_path("editloop") / "images"

        return Path(url.removeprefix("sqlite:///")).expanduser().parent / "images"


class Choices:
    """Settings together with where each value came from."""

    def __init__(self, settings: Settings, origins: dict[str, str]) -> None:
        self.settings = settings
        self.origins = origins

    def snapshot(self) -> dict[str, Any]:
        """What a run keeps: every value as JSON, passwords in URLs masked."""
        values = self.settings.model_dump(mode="json")
        values["store"] = masked(self.settings.store_url)
        for name in ("editor", "thinker", "first"):
            values[name] = masked(values[name])
        values["backends"] = {n: masked(a) for n, a in self.settings.backends.items()}
        return values


def load(
    flags: dict[str, Any] | None = None,
    *,
    config: Path | None = None,
    folder: Path | None = None,
) -> Choices:
    """Read all sources; `flags` wins, and None in it means not given.

    Raises:
        SettingsError: a file cannot be read, a name is unknown, or a value is out of range.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    found = layers(Settings.model_fields, given, config=config, folder=folder or Path.cwd())
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    for layer in reversed(found):
        values |= layer.values
        origins |= dict.fromkeys(layer.values, layer.origin)

    try:
        return Choices(Settings(**values), origins)
    except ValidationError as error:
        raise _explained(error, found) from None


def _explained(error: ValidationError, found: list[Layer]) -> SettingsError:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    origin = next((layer.origin for layer in found if name in layer.values), "the settings")
    if first["type"] == "extra_forbidden":
        return SettingsError(f"{origin} sets {name!r}, which is no setting; see `config show`")

    return SettingsError(f"{origin} sets {name!r} to {first['input']!r}: {first['msg']}")
