"""What a request asks for, read from fields that came as JSON or as texts of a form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from math import isfinite
from secrets import randbelow

from ..tools import EditRequest, Picture
from ..tools.editor import Option
from .official import STEPS, STEPS_MISSPELT, Face, Number
from .refusals import Refused, invalid

SEEDS = 2**31
"""Random seeds are drawn below it, as the official services do."""

_HIGHEST_SEED = 2**63 - 1  # what random generators of the engines take
_LONGEST = 20_000  # characters of an instruction


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for an edit, before its pictures."""

    instruction: str
    seed: int | None
    options: Mapping[str, Option]
    notes: tuple[str, ...] = ()

    def digest(self, *pictures: Picture | None) -> bytes:
        """Tell a repetition from another request: the same words, numbers and pictures."""
        said = repr((self.instruction, self.seed, sorted(self.options.items())))
        found = sha256(said.encode())
        for picture in pictures:
            found.update(sha256(picture.data).digest() if picture else b"-")
        return found.digest()

    def request(
        self, source: Picture, mask: Picture | None, references: tuple[Picture, ...], key: str
    ) -> EditRequest:
        """For the editor; without a seed a random one is drawn."""
        seed = randbelow(SEEDS) if self.seed is None else self.seed
        return EditRequest(
            source, self.instruction, seed, mask, references, key, options=self.options
        )


@dataclass(frozen=True, slots=True)
class Settable:
    """What one request can set of an editor, and what stands."""

    options: frozenset[str]
    in_force: Mapping[str, object] = field(default_factory=dict[str, object])
    """What the editor was started with, as far as it says so."""

    def ignored(self, name: str, names: tuple[str, ...], value: Option) -> str:
        """Why a value does nothing; empty where it is what the editor does anyway."""
        aliases = (*names, *(_STARTED_WITH[each] for each in names if each in _STARTED_WITH))
        stands = next((self.in_force[each] for each in aliases if each in self.in_force), None)
        if stands is None:
            return f"{name} is ignored: the editor has no such parameter"

        if stands == value:
            return ""

        return f"{name}={value} is ignored: the editor was started with {stands!r}"


_STARTED_WITH = {STEPS: "steps", "negative_prompt": "negative"}
"""Options, and what editors call them on record."""


def read(face: Face, fields: Mapping[str, object], settable: Settable, *, defaults: bool) -> Asked:
    """Read the fields of a face; null means absent, unknown fields are passed over.

    A parameter that the editor cannot set is noted, never silently dropped. With `defaults` what
    is missing is filled in as the official service would.

    Raises:
        Refused: 422 for a value that is impossible.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    if STEPS_MISSPELT in given:
        given.setdefault(STEPS, given[STEPS_MISSPELT])

    options: dict[str, Option] = {}
    notes = [
        *_numbers(face, given, settable, options, defaults=defaults),
        *_texts(face, given, settable, options, defaults=defaults),
    ]
    for name, number in face.inert.items():
        if name in given and number_of(name, number, given[name]) != number.default:
            notes.append(f"{name} is ignored: one picture is made")
    if yes(given.get("enhance_prompt")):
        notes.append("enhance_prompt is ignored: the thinker rewrites instructions, not the editor")
    said = tuple(note for note in notes if note)
    return Asked(instruction(given), seed(given), options, said)


def _numbers(
    face: Face,
    given: Mapping[str, object],
    settable: Settable,
    options: dict[str, Option],
    *,
    defaults: bool,
) -> Iterator[str]:
    for name, number in face.numbers.items():
        value = number_of(name, number, given[name]) if name in given else None
        option = next((each for each in number.names if each in settable.options), None)
        if option is None and value is not None:
            yield settable.ignored(name, number.names, value)
        elif option is not None and (value is not None or defaults):
            _put(options, option, value if value is not None else _default(number))


def _texts(
    face: Face,
    given: Mapping[str, object],
    settable: Settable,
    options: dict[str, Option],
    *,
    defaults: bool,
) -> Iterator[str]:
    for name, default in face.texts.items():
        text = text_of(name, given[name]) if name in given else None
        if name in settable.options:
            _put(options, name, text if text is not None or not defaults else default)
        elif text and text.strip():
            yield settable.ignored(name, (name,), text)


def instruction(given: Mapping[str, object], most: int = _LONGEST) -> str:
    """The prompt, of so many characters at `most`.

    Raises:
        Refused: 422 where it is missing, too long or no text.
    """
    if given.get("prompt") is None:
        raise Refused(422, "missing", "prompt is required: what is to be changed", field="prompt")

    text = text_of("prompt", given["prompt"])
    if len(text) > most:
        raise invalid("prompt", f"has {len(text):,} characters; {most:,} are taken")

    return text


def seed(given: Mapping[str, object]) -> int | None:
    """The seed, or none for a random one.

    Raises:
        Refused: 422 where it is no whole number from 0.
    """
    if given.get("seed") in (None, ""):
        return None

    return int(number_of("seed", Number(None, 0, _HIGHEST_SEED, (), whole=True), given["seed"]))


def text_of(name: str, value: object) -> str:
    """A text that can be written as UTF-8.

    Raises:
        Refused: 422 otherwise.
    """
    if not isinstance(value, str):
        raise invalid(name, "must be a text")

    try:
        value.encode()
    except UnicodeEncodeError:
        raise invalid(name, "holds half of a character: send whole ones") from None

    return value


def number_of(name: str, number: Number, value: object) -> int | float:
    """A number within its range, from JSON or from a form.

    Raises:
        Refused: 422 otherwise.
    """
    found = whole(value) if number.whole else _real(value)
    if found is None:
        raise invalid(name, f"must be a {'whole ' if number.whole else ''}number")

    if not number.low <= found <= number.high:
        raise invalid(
            name, f"must be from {number.low:g} to {number.high:g}, not {str(found)[:40]}"
        )

    return found


def whole(value: object) -> int | None:
    """A whole number, from JSON or from a form; None where it is something else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value

    if isinstance(value, str) and len(value) < 30:
        try:
            return int(value)
        except ValueError:
            return None

    return int(value) if isinstance(value, float) and value.is_integer() else None


def _real(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None

    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None

    return found if isfinite(found) else None


def _default(number: Number) -> Option | None:
    if number.default is None:
        return None

    return int(number.default) if number.whole else number.default


def _put(options: dict[str, Option], name: str, value: Option | None) -> None:
    """Set an option; one that stands already was named more exactly."""
    if value is not None:
        options.setdefault(name, value)


def yes(value: object) -> bool:
    """Whether a switch is on, in JSON or in a form."""
    return value is True or str(value).lower() in ("true", "1", "yes", "on")
