"""Is what the user named there, whole, and the right pipeline? Asked before gigabytes are read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ...memory import SettingsError
from .choices import Loading
from .preset import Preset
from .presets import PRESETS

_INDEX = "model_index.json"


def checked(diffusers: Any, preset: Preset, loading: Loading) -> tuple[str, Any]:
    """Return the folder or id to load, and the class to load it with.

    Raises:
        SettingsError: there is no such folder or model, a component is missing, or it holds
            another pipeline than the preset calls.
    """
    model = _model(preset, loading)
    folder = Path(model)
    local = folder.is_dir()
    if local:
        index = _index(folder)
        _check_whole(folder, index)
    else:
        index = _from_hub(diffusers, model, loading)

    wanted = loading.cls or preset.cls
    held = str(index.get("_class_name") or "")
    if wanted and held and held != wanted:
        raise SettingsError(_other(model, held, preset, wanted))

    return model, _class(diffusers, wanted or held)


def _model(preset: Preset, loading: Loading) -> str:
    if not loading.model:
        if not preset.model:
            raise SettingsError(f"{preset.name} needs a model: a folder, or an id on the hub")

        return preset.model

    given = loading.model
    path = Path(given).expanduser()
    looks_like_path = given.startswith((".", "~", "/")) or given.count("/") != 1
    if looks_like_path and not path.is_dir():
        raise SettingsError(
            f"there is no folder {given!r}: give one that holds {_INDEX}, or an id on the hub "
            f"such as {preset.model or 'OWNER/MODEL'}"
        )

    return str(path) if path.is_dir() else given


def _index(folder: Path) -> Mapping[str, Any]:
    file = folder / _INDEX
    if not file.is_file():
        held = ", ".join(sorted(each.name for each in folder.iterdir())[:8]) or "nothing"
        raise SettingsError(
            f"{str(folder)!r} holds no {_INDEX} but {held}: give the folder of a whole pipeline, "
            "as `hf download MODEL --local-dir FOLDER` makes it"
        )

    try:
        found: object = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SettingsError(f"{str(file)!r} is no JSON ({error}): fetch it again") from error

    if not isinstance(found, dict):
        raise SettingsError(f"{str(file)!r} is no JSON object: fetch it again")

    return cast("dict[str, Any]", found)


def _check_whole(folder: Path, index: Mapping[str, Any]) -> None:
    """Every component that is named must have a folder with something in it."""
    missing = [
        name
        for name, kind in index.items()
        if not name.startswith("_")
        and isinstance(kind, list)
        and len(cast("list[object]", kind)) == 2
        and kind[0]
        and not any((folder / name).glob("*"))
    ]
    if missing:
        raise SettingsError(
            f"{str(folder)!r} lacks {', '.join(missing)}: the download is not complete, run "
            "`hf download MODEL --local-dir FOLDER` again"
        )


def _from_hub(diffusers: Any, model: str, loading: Loading) -> Mapping[str, Any]:
    options = {"revision": loading.revision} if loading.revision else {}
    try:
        found: object = diffusers.DiffusionPipeline.load_config(
            model, local_files_only=loading.local_files_only, **options
        )
    except Exception as error:
        cause = "it is not among the downloaded ones" if loading.local_files_only else str(error)
        raise SettingsError(
            f"the model {model!r} cannot be had ({cause[:300]}): fetch it with `hf download {model}` "
            "(some need `hf auth login` and their licence accepted), or give model=FOLDER"
        ) from error

    return cast("Mapping[str, Any]", found)


def _class(diffusers: Any, name: str) -> Any:
    cls = getattr(diffusers, name, None)
    if cls is None:
        raise SettingsError(
            f"diffusers {diffusers.__version__} has no {name or 'pipeline of that kind'}: "
            "pip install -U diffusers, or use an edit server for this model"
        )

    return cls


def _other(model: str, held: str, preset: Preset, wanted: str) -> str:
    fits = [each.name for each in PRESETS.values() if each.cls == held]
    cure = f"use the preset {' or '.join(fits)}" if fits else "use the preset custom"
    return f"{model!r} holds a {held}, and {preset.name} calls a {wanted}: {cure}"
