"""Which questions a suite asks of a picture: texts, pictures, order and encoding by its protocol
(benchmark facts, sections 1.3, 2.3, 3.3 and 4.3)."""

from collections.abc import Mapping

from ...memory.errors import SettingsError
from ..suites.gedit.cases import GEditCase
from ..suites.imgedit.cases import ImgEditCase
from ..suites.kris.cases import CATEGORIES, KrisCase, frame_numbers, metrics_of, predicted_frame
from ..suites.rise.cases import RiseCase, is_set
from ..suites.rise.scoring import asked
from .question import Params, Question, Shot
from .subject import Subject
from .words import Words

Parts = tuple[str | Shot, ...]

PARAMS: dict[str, Params] = {
    "gedit": Params(max_tokens=1400),
    "imgedit": Params(),
    "imgedit-hard": Params(),
    "kris": Params(max_tokens=1000),
    "rise": Params(max_tokens=4096, temperature=0.0),
}
"""What the published scripts send; what they do not send, the server decides."""


def questions(subject: Subject, words: Words, *, blind: bool = False) -> dict[str, Question]:
    """The questions about a picture by metric, in the published order.

    `blind` is whether any record of RISE's file has the column `reasoning_wo_ins`.

    Raises:
        SettingsError: the words lack a slot that the case needs.
    """
    return {
        metric: Question(
            suite=subject.suite,
            case=subject.case.name,
            metric=metric,
            protocol=words.protocol,
            image_sha256=subject.edited,
            parts=parts,
            params=PARAMS[subject.suite],
        )
        for metric, parts in _parts(subject, words, blind).items()
    }


def _parts(subject: Subject, words: Words, blind: bool) -> Mapping[str, Parts]:
    match subject.case:
        case GEditCase() as case:
            return _gedit(case, subject, words)
        case ImgEditCase() as case:
            return _imgedit(case, subject, words)
        case KrisCase() as case:
            return _kris(case, subject, words)
        case RiseCase() as case:
            return _rise(case, subject, words, blind)


def _gedit(case: GEditCase, subject: Subject, words: Words) -> Mapping[str, Parts]:
    source = Shot(subject.sources[0], "jpeg", upright=True)
    edited = Shot(subject.edited, "jpeg", upright=True, like=subject.sources[0])
    semantics = words.text("semantics", instruction=case.instruction)
    return {"semantics": (semantics, source, edited), "quality": (words.text("quality"), edited)}


def _imgedit(case: ImgEditCase, subject: Subject, words: Words) -> Mapping[str, Parts]:
    declared = "image/png" if words.official else None  # the published script says so of any file
    text = words.text(case.edit_type or "hard", instruction=case.instruction)
    source, edited = (
        Shot(each, declared=declared) for each in (subject.sources[0], subject.edited)
    )
    return {"edit": (text, source, edited)}


def _kris(case: KrisCase, subject: Subject, words: Words) -> Mapping[str, Parts]:
    family = CATEGORIES[case.category].family
    declared = "image/jpeg" if words.official else None

    def stored(sha256: str) -> Shot:
        return Shot(sha256, declared=declared)

    edited: Parts = ("Edited Image:", stored(subject.edited))
    both: Parts = ("Original Image:", stored(subject.sources[0]), *edited)
    slots = {"consistency": "consistency", "instruction": "instruction"}
    shown: dict[str, Parts] = {"consistency": both, "instruction": both}
    if "knowledge" in metrics_of(case.category):
        slots["instruction"] = "dual"
    elif family == "viewpoint" and subject.truth:
        slots["instruction"] = "viewpoint"
        shown["instruction"] = (*both, "Ground Truth Image:", stored(subject.truth))
    elif family == "multi_element":
        slots = {name: f"multi-{name}" for name in slots}
        shown = dict.fromkeys(slots, _references(subject, declared))
    elif family == "temporal":
        slots = {name: f"temporal-{name}" for name in slots}
        shown = dict.fromkeys(slots, _frames(case, subject))
    label = "Predicted Image:" if family in ("multi_element", "temporal") else "Edited Image:"
    if words.official and words.lineage == "bagel" and family == "common":
        label = "Original Image:"  # as in those scripts
    put = {"instruction": case.instruction, "explanation": case.explanation}
    found: dict[str, Parts] = {
        name: (words.text(slots[name], **put), *shown[name]) for name in slots
    }
    again = Shot(subject.edited, "jpeg", quality=85) if family == "temporal" else edited[1]
    return found | {"quality": (words.text("quality", **put), label, again)}


def _references(subject: Subject, declared: str | None) -> Parts:
    """All references, each with its label, then the picture that was made of them."""
    found: list[str | Shot] = []
    for number, sha256 in enumerate(subject.sources, 1):
        found += [f"Reference Image {number}:", Shot(sha256, declared=declared)]
    return (*found, "Predicted Image:", Shot(subject.edited, declared=declared))


def _frames(case: KrisCase, subject: Subject) -> Parts:
    """The frames by number, the predicted one in its place."""
    names = [picture.name.replace("\\", "/").rpartition("/")[2] for picture in case.sources]
    numbers = frame_numbers(names)
    predicted = predicted_frame(names)
    frames = [*zip(numbers, subject.sources, strict=True), (predicted, subject.edited)]
    found: list[str | Shot] = []
    for number, sha256 in sorted(frames):
        label = f"Frame {number} (predicted):" if number == predicted else f"Frame {number}:"
        found += [label, Shot(sha256, "jpeg", quality=85)]
    return tuple(found)


def _rise(case: RiseCase, subject: Subject, words: Words, blind: bool) -> Mapping[str, Parts]:
    def shot(sha256: str) -> Shot:
        return Shot(sha256, "jpeg", box=768, detail="high")

    source, edited = shot(subject.sources[0]), shot(subject.edited)
    right = shot(subject.truth) if subject.truth else None
    put = {"instruction": case.instruction}
    reference = case.reference or case.reference_text or ""

    def say(slot: str, *shots: Shot) -> Parts:
        return (words.text(slot, **put, reference=reference), *shots)

    if case.category == "logical_reasoning" and case.reference_text is not None:
        return {
            "consistency": say("logical-text-consistency", source, edited),
            "reasoning": say("logical-text", edited),
        }
    if case.category == "logical_reasoning":
        if right is None:
            raise SettingsError(f"{case.name} has no right answer, in words or as a picture")
        slot = "logical-picture-blind" if blind else "logical-picture"
        return {
            "consistency": say("logical-picture-consistency", right, edited),
            "reasoning": say(slot, right, edited),
        }
    spatial = case.category == "spatial_reasoning"
    first = right if spatial and right else source
    found = {"consistency": say("spatial-consistency" if spatial else "consistency", first, edited)}
    if spatial and right:
        found["reasoning"] = say("spatial-reasoning-picture", right, edited)
    elif _sees_source(case, words):
        found["reasoning"] = say("reasoning-source", source, edited)
    else:
        found["reasoning"] = say("reasoning", edited)
    found["quality"] = say("spatial-quality" if spatial else "quality", edited)
    calls = set(asked(case.category, case.consistency_free)) | set(
        asked(case.category, case.consistency_free, "official")
    )
    return {name: parts for name, parts in found.items() if name in calls}


def _sees_source(case: RiseCase, words: Words) -> bool:
    """Whether the judge of reasoning is shown the source too."""
    older = words.official and words.lineage == "bagel" and case.category != "spatial_reasoning"
    if older:  # those scripts also ask for a column that temporal and causal records lack
        return is_set(case.reasoning_img) and case.reference_picture is not None
    return is_set(case.reasoning_img)
