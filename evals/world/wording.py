"""What the editor is told: the clauses of a case, each put more or less exactly."""

from dataclasses import dataclass, replace

from .scenes import Case, Clause

EXACT = 3
"""From this level of detail on, more words add nothing."""

_OPENINGS = ("", "Please ", "Carefully ", "In this photo, ", "As a retoucher, ", "Precisely: ")
_VERBS = {"presence": "remove the {kind}", "place": "move the {kind}: {value}"}
_DETAILS = (
    "",
    ", only that one",
    ", only that one, all of it and clearly",
    ", only that one, all of it and clearly, and nothing beside it",
)


@dataclass(frozen=True, slots=True)
class Told:
    """An instruction. Equal wordings have equal texts."""

    details: tuple[int | None, ...]
    """How exactly each clause is put, 0 as the user said it to `EXACT`; None: it was lost."""

    wording: int = 0
    """Another number says the same in other words."""

    def text(self, case: Case) -> str:
        """As a person would read it."""
        said = [
            _said(case, clause, detail)
            for clause, detail in zip(case.clauses, self.details, strict=True)
            if detail is not None
        ]
        opening = _OPENINGS[min(self.wording, len(_OPENINGS) - 1)]
        again = "" if self.wording < len(_OPENINGS) else f" (wording {self.wording})"
        return opening + ("; ".join(said) or "improve this picture") + again

    def reworded(self, details: tuple[int | None, ...]) -> "Told":
        """Say it anew, with these details."""
        return replace(self, details=details, wording=self.wording + 1)

    @property
    def length(self) -> int:
        """How many details there are beyond what the user said."""
        return sum(detail or 0 for detail in self.details)


def asked(case: Case) -> Told:
    """The user's own words."""
    return Told((0,) * len(case.clauses))


def _said(case: Case, clause: Clause, detail: int) -> str:
    kind = case.things[clause.thing].kind
    change = _VERBS.get(clause.attribute, "make the {kind} {value}")
    change = change.format(kind=kind, value=clause.value)
    which = ", ".join(case.things[clause.thing].values[:4]) if detail else ""
    return change + (f" ({which})" if which else "") + _DETAILS[min(detail, EXACT)]
