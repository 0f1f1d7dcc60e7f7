"""What `retouch` does: from words or a recipe to a file, once."""

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from ..memory import InputError, SettingsError
from ..memory.images import deliver, probe
from ..tools import Edited, Picture
from ..tools.retouch.editor import Retouch
from ..tools.retouch.english import read as read_english
from ..tools.retouch.english import write as write_english
from ..tools.retouch.recipe import Recipe
from ..tools.retouch.schema import schema_text
from .argv import DASH
from .choose import AnswerOptions
from .exits import Exit
from .files import Source, Target, planned, read, write
from .lines import emit
from .options import Common
from .report import Written
from .signals import cancellable
from .words import size


def print_schema() -> int:
    """Print the JSON schema of recipes."""
    print(schema_text(), end="")
    return 0


def explained(words: Sequence[str], file: str | None, common: Common) -> int:
    """Print a recipe as JSON on stdout, and say it in English.

    Raises:
        UnsupportedInstruction: a clause is beyond this editor.
        InputError: the recipe is not valid.
        SettingsError: there is neither an instruction nor a recipe, or both.
    """
    recipe = _recipe(list(words), file)
    if common.json:
        print(
            json.dumps({"recipe": json.loads(recipe.to_json()), "english": write_english(recipe)})
        )
        return 0

    common.screen.say("means", write_english(recipe))
    sys.stderr.flush()
    print(recipe.to_json())
    return 0


def cooked(
    words: Sequence[str],
    file: str | None,
    mask: str | None,
    answer: AnswerOptions,
    common: Common,
) -> int:
    """Edit a picture once and write it.

    Raises:
        UnsupportedInstruction: a clause is beyond this editor.
        InputError: the recipe is not valid, or a picture cannot be read.
        SettingsError: the words make no command, or the file may not be written.
    """
    if answer.output == DASH and common.json:
        raise SettingsError("stdout cannot carry both the picture and JSON; give -o a file")

    names = list(words)
    recipe = _recipe(names, file)
    if len(names) != 1:
        raise SettingsError('name one picture: editloop retouch photo.jpg "make it warmer"')

    source = read(names[0])
    (target,) = planned([source], answer.output, format=answer.format, overwrite=answer.overwrite)
    white = read(mask) if mask else None
    done = anyio.run(_work, recipe, source, white, target, answer)
    if isinstance(done, Exit):
        return done

    _tell(*done, recipe, common)
    return 0


def _recipe(words: list[str], file: str | None) -> Recipe:
    """Read the recipe; the instruction is taken off the words."""
    if file is None:
        if not words:
            raise SettingsError("say what to do, or name a recipe with --recipe FILE")
        if len(words) == 1 and Path(words[0]).is_file():
            raise SettingsError(
                f"only {words[0]!r} was given; say what to do, or add --recipe FILE"
            )
        return read_english(words.pop())

    try:
        text = sys.stdin.read() if file == DASH else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read {file!r}: {why}") from None

    if len(words) > 1:
        raise SettingsError("give an instruction or --recipe, not both")
    return Recipe.from_json(text)


async def _work(
    recipe: Recipe, source: Source, mask: Source | None, target: Target, answer: AnswerOptions
) -> tuple[Written, Edited] | Exit:
    async def work() -> tuple[Written, Edited]:
        edited = await Retouch().cook(
            recipe, _picture(source), mask=_picture(mask) if mask else None
        )
        make = partial(
            deliver,
            edited.picture.data,
            like=source.data,
            media_type=target.media_type,
            exif=answer.exif,
            quality=answer.quality,
            match_size=answer.match_size,
        )
        made = await to_thread.run_sync(make)
        await to_thread.run_sync(write, target, made.data)
        return Written.of(target.path, made.data, made.degraded, made.notes), edited

    return await cancellable(work)


def _picture(source: Source) -> Picture:
    return Picture(source.data, probe(source.data).media_type)


def _tell(out: Written, edited: Edited, recipe: Recipe, common: Common) -> None:
    english = write_english(recipe)
    screen = common.screen
    for note in (*edited.notes, *out.notes):
        screen.say("note", note)
    screen.say("did", english)
    what = f"{out.width}x{out.height} {out.media_type} {size(out.data_size)}"
    screen.say("out", f"{out.shown}  ({what}, {edited.seconds:.2f} s)")
    if common.json:
        emit({"output": out.as_json(), "english": english, "recipe": json.loads(recipe.to_json())})
    elif out.path is not None:
        print(out.path)
