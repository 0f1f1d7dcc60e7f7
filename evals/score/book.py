"""Judgements in the order in which they are read: by case, picture and sample, then by call."""

from collections.abc import Iterable, Mapping, Sequence

from ..scores import Judgement

Said = Mapping[str, Sequence[Judgement]]
"""Per metric the answers about one picture, by attempt: the first, then those asked for because
nothing before could be read."""

_NOTHING: Said = {}


class Book:
    """The judgements of one suite by one judge and one protocol.

    Where a picture of a case was asked about in several ways (the words of the case have changed),
    the latest way counts.
    """

    def __init__(self, judgements: Iterable[Judgement]) -> None:
        """Read all of them once."""
        self._said: dict[tuple[str, str, int], dict[str, list[Judgement]]] = {}
        for each in judgements:
            said = self._said.setdefault((each.case, each.image_sha256, each.sample), {})
            said.setdefault(each.metric, []).append(each)
        for said in self._said.values():
            for metric, answers in said.items():
                latest = max(answers, key=lambda each: each.created).question
                kept = [each for each in answers if each.question == latest]
                said[metric] = sorted(kept, key=lambda each: each.attempt)

    @property
    def samples(self) -> int:
        """How many independent opinions there are at most."""
        return max((sample for *_, sample in self._said), default=-1) + 1

    def about(self, case: str, image_sha256: str, sample: int = 0) -> Said:
        """What was said about a picture of a case; empty where nothing was."""
        return self._said.get((case, image_sha256, sample), _NOTHING)
