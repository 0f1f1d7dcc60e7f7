"""Cases with their pictures, and which of many to show."""

from collections.abc import Sequence

from .sheet import Sheet
from .tables import Report, Shown, ShownPicture

MOST = 60
"""Cases that a page shows unless asked for more: with three small pictures each, about 2 MB."""


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


def of_one(sheet: Sheet) -> tuple[Shown, ...]:
    """All cases of one system: those without a score first, then the lowest."""
    values = sorted(
        sheet.board.by_case(sheet.rows()),
        key=lambda each: (each.value is not None, each.value or 0.0, each.name),
    )
    decimals = sheet.board.unit.decimals
    found: list[Shown] = []
    for each in values:
        if each.value is None:
            why = each.why
            remark = "unscored" if why is None else f"unscored: {why.detail or why.reason}"
        else:
            remark = f"{sheet.board.unit.name} {each.value:.{decimals}f}"
        found.append(shown([sheet], each.name, each.part, remark))
    return tuple(found)


def cut(report: Report, most: int = MOST) -> Report:
    """The report with so many of its cases, and a sentence that says so.

    Of cases in order (worst or most changed first) the first two thirds of the room go to the
    front, the rest is spread over the others, so that good ones are seen too.
    """
    count = len(report.cases)
    if count <= most:
        return report
    front = most - most // 3
    rest = most - front
    step = (count - front) / rest if rest else 0
    places = [*range(front), *(front + int(step * at + step - 1e-9) for at in range(rest))]
    kept = tuple(report.cases[min(at, count - 1)] for at in dict.fromkeys(places))
    order = "changed most" if report.kind == "compare" else "have no score or the lowest"
    note = (
        f"{len(kept)} of {count} cases are shown with pictures: {front} that {order}, and {rest}"
        " spread over the others. `--cases N` shows more; every number is over all cases."
    )
    return report.but(cases=kept, notes=(*report.notes, note))
