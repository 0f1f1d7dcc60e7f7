"""One job of a batch: what a line of the jobs file asks for, checked before anything is spent."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, cast

from ..memory import InputError

BATCH, JOB, KEY = "batch", "job", "batch_job"
"""Labels of a batch's runs: the batch, the job's id, and both as `batch/digest`."""

_FIELDS = ("id", "image", "instruction", "mask", "references", "seed", "labels", "output")
RESERVED = (BATCH, JOB, KEY, "file")
"""Labels that are ours."""

_SAFE = re.compile(r"\w[\w .+@=,()#&~-]{0,199}")


@dataclass(frozen=True, slots=True)
class BatchJob:
    """One edit that a batch makes."""

    id: str
    """Names the job and its answer; unique within the file."""

    image: Path
    instruction: str
    mask: Path | None = None
    references: tuple[Path, ...] = ()
    seed: int | None = None
    """None leaves it to the command."""

    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    output: str = ""
    """The answer's path below the folder of the batch; empty is the id. Without the suffix of a
    picture it gets that of the answer."""

    digest: str = ""
    """32 hexadecimal digits of what is asked, and of the sizes of its files."""

    @property
    def place(self) -> str:
        """The path of the answer below the folder, perhaps still without its suffix."""
        return self.output or self.id


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pictures of a jobs file are looked for."""

    root: Path
    confined: bool = False
    """Whether a path may not lead out of `root`: for files that others wrote."""

    def file(self, what: str, name: object) -> tuple[Path, int]:
        """Return a file and its size.

        Raises:
            InputError: there is none, it is empty, or it lies outside.
        """
        if not isinstance(name, str) or not name:
            raise InputError(f"{what!r} must be the path of a file, not {name!r}")
        if self.confined and _leaves(name):
            raise InputError(f"{what} {name!r} leads out of {str(self.root)!r}")

        path = self.root / name
        try:
            found = path.stat()
        except (OSError, ValueError):
            raise InputError(f"there is no {what} {str(path)!r}") from None
        if path.is_dir() or not found.st_size:
            raise InputError(f"{what} {str(path)!r} is {'a folder' if path.is_dir() else 'empty'}")
        if not os.access(path, os.R_OK):
            raise InputError(f"{what} {str(path)!r} may not be read")

        return path, found.st_size


def job_of(asked: object, place: Place) -> BatchJob:
    """Read one object of a jobs file.

    Raises:
        InputError: it asks for something that cannot be done, in one sentence.
    """
    if not isinstance(asked, dict):
        raise InputError(f"expected an object with {', '.join(_FIELDS[:3])}, not {_kind(asked)}")

    said = cast("dict[str, Any]", asked)
    if unknown := sorted(set(said) - set(_FIELDS)):
        raise InputError(f"{unknown[0]!r} is no field; there are {', '.join(_FIELDS)}")

    try:
        json.dumps(said, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError("it holds half a character (a lone surrogate)") from None

    id_ = _id(said.get("id"))
    image, size = place.file("image", said.get("image"))
    mask = place.file("mask", said["mask"]) if said.get("mask") is not None else None
    references = [place.file("reference", each) for each in _list(said.get("references"))]
    sizes = [size, mask[1] if mask else 0, *(size for _, size in references)]
    return BatchJob(
        id=id_,
        image=image,
        instruction=_instruction(said.get("instruction")),
        mask=mask[0] if mask else None,
        references=tuple(path for path, _ in references),
        seed=_seed(said.get("seed")),
        labels=_labels(said.get("labels")),
        output=_output(said.get("output")),
        digest=digest_of([said, sizes]),
    )


def digest_of(value: object) -> str:
    """32 hexadecimal digits that stand for a JSON value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:32]


def _id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise InputError("every job needs an 'id', which names its answer")
    if not _SAFE.fullmatch(value) or value[-1] in ". ":
        raise InputError(
            f"the id {value!r} makes no safe file name: use letters, digits and . _ - only, "
            "at most 200, or give a path of folders as 'output'"
        )

    return value


def _instruction(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError("every job needs an 'instruction' that says what to change")

    return value


def _list(value: object) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(f"'references' must be a list of paths, not {_kind(value)}")

    return cast("list[object]", value)


def _seed(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError(f"the seed {value!r} is not a whole number from 0")

    return value


def _labels(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(f"'labels' must be an object, not {_kind(value)}")

    found: dict[str, str] = {}
    for name, label in cast("dict[str, object]", value).items():
        if name in RESERVED or not name:
            raise InputError(f"the label {name!r} is ours; choose another name")
        if not isinstance(label, str | int | float):
            raise InputError(f"the label {name!r} must be a text or a number, not {_kind(label)}")
        found[name] = label if isinstance(label, str) else json.dumps(label)
    return found


def _output(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or _leaves(value):
        raise InputError(f"the output {value!r} leads out of the folder of the answers")
    if not all(_SAFE.fullmatch(part) for part in PurePosixPath(value).parts) or "//" in value:
        raise InputError(f"the output {value!r} is no safe path; use letters, digits and . _ - /")

    return value


def _leaves(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name[:3] or not path.parts


def _kind(value: object) -> str:
    names: dict[type[object], str] = {dict: "an object", list: "a list", str: "a text"}
    return names.get(type(value)) or ("nothing" if value is None else repr(value))
