"""What a pool tells a metrics reader."""

from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from pooling import Asker

from editloop.memory import EditorBusy
from editloop.tools.pool import EditorPool, PoolMetrics, PoolRules

pytestmark = pytest.mark.anyio
Hand = Callable[..., Any]


def _read(reader: InMemoryMetricReader) -> dict[tuple[str, ...], float]:
    """Values by instrument and the values of its attributes; of histograms the count."""
    found: dict[tuple[str, ...], float] = {}
    data = reader.get_metrics_data()
    for scope in (s for r in (data.resource_metrics if data else ()) for s in r.scope_metrics):
        for metric in scope.metrics:
            for point in metric.data.data_points:
                said = tuple(str(value) for value in (point.attributes or {}).values())
                value = getattr(point, "value", None)  # a histogram has a count instead
                value = getattr(point, "count", 0) if value is None else value
                found[(metric.name.removeprefix("editloop.pool."), *said)] = float(value)
    return found


async def test_everything_that_a_pool_knows_is_in_its_metrics(clock: Any, hand: Hand) -> None:
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("test")
    a, b = hand("a", 1.0), hand("b", 1.0)
    a.error = EditorBusy("500")
    rules = PoolRules(bound=1, failures=1)
    pool = EditorPool("gpus", rules=rules, clock=clock, metrics=PoolMetrics(meter))
    pool.add(a)
    pool.add(b)
    async with Asker(pool) as asker:
        await asker.ask("1", "2", "3")
        assert _read(reader)["waiting", "gpus"] == 1
        assert _read(reader)["replica.outstanding", "gpus", "a"] == 1
        await clock.pass_by(4)
        seen = _read(reader)
        assert seen["requests", "gpus"] == 3
        assert seen["moved", "gpus"] == 1
        assert seen["hedged", "gpus"] == 0
        assert seen["replica.answered", "gpus", "b"] == 3
        assert seen["replica.failed", "gpus", "a"] == 1
        assert seen["replica.turned_away", "gpus", "a"] == 0
        assert seen["replica.limit", "gpus", "b"] == 1
        assert seen["replica.seconds", "gpus", "b"] == 1.0
        assert seen["replica.state", "gpus", "a", "out"] == 1
        assert seen["replica.state", "gpus", "b", "serving"] == 1
        assert seen["answer.duration", "gpus", "b"] == 3
    assert ("waiting", "gpus") not in _read(reader)  # closed: reported no more
