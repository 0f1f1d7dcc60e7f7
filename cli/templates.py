"""`editloop thinker template fetch|show|path`."""

import json
from pathlib import Path

import anyio

from ..memory import SettingsError
from ..policies.editthinker import fetch
from ..policies.editthinker.template import Template, chosen, official_path
from .options import Common


def fetched(file: str | None, url: str | None, common: Common) -> int:
    """Store the official template and print its path.

    Raises:
        SettingsError: both a file and an address are given, or the file is another one.
        ThinkerError: it cannot be downloaded, or is another file.
        StoreReadOnly: it cannot be written.
    """
    if file and url:
        raise SettingsError("give --file or --url: one of them")

    if file:
        path = anyio.run(fetch.take, Path(file).expanduser())
    else:
        path = anyio.run(_downloaded, url or fetch.OFFICIAL_URL)

    if common.json:
        print(json.dumps(_described(chosen(), path), ensure_ascii=False))
    else:
        print(path)
        common.screen.say("stored", "the official template, verified; it is used from now on")
    return 0


def shown(common: Common) -> int:
    """Print the template in use.

    Raises:
        SettingsError: the stored copy is damaged.
    """
    template, path = chosen(), official_path()
    if common.json:
        found = _described(template, path if path.is_file() else None)
        print(json.dumps(found | {"text": template.text}, ensure_ascii=False))
        return 0

    common.screen.say("template", f"{template.name}, SHA-256 {template.digest}")
    print(template.text.strip("\n"))
    if template.name != "official":
        common.screen.next("editloop thinker template fetch")
    return 0


def located(common: Common) -> int:
    """Print the place of the official template."""
    path = official_path()
    if common.json:
        print(json.dumps({"path": str(path), "exists": path.is_file()}, ensure_ascii=False))
    else:
        print(path)
    return 0


async def _downloaded(url: str) -> Path:
    return await fetch.fetch(url=url)


def _described(template: Template, path: Path | None) -> dict[str, str | None]:
    where = str(path) if path else None
    return {"name": template.name, "sha256": template.digest, "path": where}
