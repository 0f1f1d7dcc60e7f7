"""Cases with their pictures, and which of many to show."""

from collections.abc import Sequence

from .boards.values import CaseValue
from .sheet import Sheet
from .tables import Shown, ShownPicture


def shown(sheets: Sequence[Sheet], name: str, part: str, remark: str) -> Shown:
    """One case: its source, and the answer of every system."""
    pictures: list[ShownPicture] = []
    source = next((s.sources[name] for s in sheets if name in s.sources), None)
    if source is not None:
        pictures.append(ShownPicture(sha256=source, caption="source"))
    for sheet in sheets:
        sha256 = sheet.picture(name)
        if sha256 is not None:
            pictures.append(ShownPicture(sha256=sha256, caption=sheet.name))
    case = next((sheet.named[name] for sheet in sheets if name in sheet.named), None)
    return Shown(
        name=name,
        part=part,
        instruction="" if case is None else case.instruction,
        pictures=tuple(pictures),
        remark=remark,
    )


def cases_of(sheets: Sequence[Sheet], most: int) -> tuple[tuple[Shown, ...], tuple[str, ...]]:
    """Cases with the answers of all systems, and what to say of the choice.

    Those without a score of the first system come first, then its lowest.
    """
    values = [{each.name: each for each in s.board.by_case(s.rows())} for s in sheets]
    ordered = sorted(
        values[0].values(),
        key=lambda each: (each.value is not None, each.value or 0.0, each.name),
    )
    kept = [ordered[at] for at in chosen(len(ordered), most)]
    cases = tuple(
        shown(sheets, each.name, each.part, _remarks(sheets, [v.get(each.name) for v in values]))
        for each in kept
    )
    return cases, said(len(kept), len(ordered), "have no score or the lowest")


def _remarks(sheets: Sequence[Sheet], values: Sequence[CaseValue | None]) -> str:
    if len(sheets) == 1:
        return _remark(sheets[0], values[0])
    pairs = zip(sheets, values, strict=True)
    return "; ".join(f"{sheet.name}: {_remark(sheet, value)}" for sheet, value in pairs)


def _remark(sheet: Sheet, each: CaseValue | None) -> str:
    if each is None:
        return "no row"
    if each.value is not None:
        return f"{sheet.board.unit.name} {each.value:.{sheet.board.unit.decimals}f}"
    return "unscored" if each.why is None else f"unscored: {each.why.detail or each.why.reason}"


def chosen(count: int, most: int) -> list[int]:
    """Which of so many cases in order (worst or most changed first) to show.

    Two thirds of the room go to the front, the rest is spread over the others, so that good ones
    are seen too.
    """
    if count <= most:
        return list(range(count))
    front = most - most // 3
    rest = most - front
    return [*range(front), *(front + (count - front) * (at + 1) // rest - 1 for at in range(rest))]


def said(kept: int, count: int, front: str) -> tuple[str, ...]:
    """The sentence that says which cases are shown; nothing where all are, or none."""
    if kept in (0, count):
        return ()
    spread = kept // 3
    return (
        (
            f"{kept} of {count} cases are shown with pictures: {kept - spread} that {front}, and"
            f" {spread} spread over the others. --cases N shows more; every number is over all cases."
        ),
    )
