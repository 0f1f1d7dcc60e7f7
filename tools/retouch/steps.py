"""Group a recipe's operations into the steps that are carried out one after the other."""

from collections.abc import Iterator

from .geometric import Straighten
from .photometric import Curve, Exposure, Hue, HueBand, Photometric
from .pointwise import Pointwise, is_pointwise
from .ranges import is_range
from .recipe import Operation, Recipe
from .region import Region

Step = Operation | tuple[Pointwise, ...]
"""One operation, or a run of pointwise ones in the same place: these become one change of colour,
and the soft border of their region is blended once instead of again and again."""


def steps(recipe: Recipe) -> Iterator[Step]:
    """Yield the steps of a recipe in its order, without operations that do nothing."""
    run: list[Pointwise] = []
    for operation in recipe.operations:
        if does_nothing(operation):
            continue
        if is_pointwise(operation):
            if run and place(run[0]) != place(operation):
                yield tuple(run)
                run = []
            run.append(operation)
            continue
        if run:
            yield tuple(run)
            run = []
        yield operation
    if run:
        yield tuple(run)


def place(operation: Photometric) -> Region | None:
    """The region that must be drawn as a mask; None where a pixel's colour decides, or everywhere."""
    region = operation.region
    if region is None or (is_pointwise(operation) and is_range(region)):
        return None
    return region


def does_nothing(operation: Operation) -> bool:
    """Whether its numbers say that every byte stays."""
    match operation:
        case Exposure(stops=0) | Hue(degrees=0) | Straighten(degrees=0):
            return True
        case HueBand(degrees=0, saturation=0, lightness=0):
            return True
        case Curve(points=points):
            return points[0] == (0, 0) and points[-1] == (1, 1) and all(x == y for x, y in points)
        case _:
            return getattr(operation, "amount", 1) == 0
