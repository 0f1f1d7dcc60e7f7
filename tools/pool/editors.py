"""Many editors that behave as one."""

from dataclasses import replace

from ...memory import EditorBusy, EditorError, EditorRejected, InputError, SettingsError
from ..editor import Abilities, Edited, Editor, EditRequest
from .clock import Clock
from .door import PoolDoor
from .member import Probe
from .metrics import PoolMetrics
from .pool import PoolErrors
from .race import Answered, Job
from .rules import PoolRules

_ERRORS = PoolErrors(
    busy=EditorBusy,
    failed=EditorError,
    rejected=EditorRejected,
    refusals=(EditorRejected, InputError),
)


class EditorPool(PoolDoor[Editor]):
    """An `Editor` whose edits are made by the best placed of its replicas.

    Where an edit costs nothing, one that failed (busy, out of reach, an answer that cannot be
    read) goes to another replica, and one that is late is sent to a second. Editors that cost money
    are a reserve for those that do not, if there are any, and each request goes to one of them,
    once, because a failed answer may have been charged. What a replica refuses is asked elsewhere
    only where the replicas differ in what they can do. Detours are among the notes of the edit.

        async with EditorPool("gpus") as pool:
            pool.add(first, bound=2, probe=tiny_edit)
            pool.add(second, bound=2, probe=tiny_edit)
            edited = await pool.edit(request)
    """

    def __init__(
        self,
        name: str = "pool",
        *,
        rules: PoolRules | None = None,
        clock: Clock | None = None,
        metrics: PoolMetrics | None = None,
    ) -> None:
        super().__init__(name, _ERRORS, rules=rules, clock=clock, metrics=metrics)

    @property
    def abilities(self) -> Abilities:
        """What a request may ask for (any replica can), and what it may rely on (all do)."""
        each = [editor.abilities for editor in self._pool.engines]
        if not each:
            return Abilities()

        return Abilities(
            mask=any(a.mask for a in each),
            references=max(a.references for a in each),
            seed=all(a.seed for a in each),
            keeps_size=all(a.keeps_size for a in each),
            edit_on_edit=all(a.edit_on_edit for a in each),
            instruction="any" if any(a.instruction == "any" for a in each) else "photometric",
            cost=max(a.cost for a in each),
        )

    def add(
        self,
        engine: Editor,
        *,
        name: str = "",
        bound: int | None = None,
        probe: Probe[Editor] | None = None,
    ) -> None:
        """Add a replica, under its own name unless another is given; also while edits run.

        Raises:
            SettingsError: the name is taken, the bound is below 1, or each probe would cost money.
        """
        if probe and engine.abilities.cost:
            raise SettingsError(f"{engine.name!r} costs money: it cannot be probed by editing")

        super().add(engine, name=name, bound=bound, probe=probe)

    async def edit(self, request: EditRequest) -> Edited:
        """Have the edit made by one of the replicas.

        Raises:
            EditorRejected: a replica refuses it, or none can do it.
            UnsupportedInstruction: a clause is beyond the replica.
            EditorBusy: no replica could be reached, or none in time.
            EditorError: anything else that went wrong at this border.
            PictureError: the source is not a picture that the replica can read.
        """
        free = self._job(request, paid=False)
        paid = self._job(request, paid=True)
        engines = self._pool.engines
        if not any(map(free.fits, engines)):
            return self._told(await self._pool.answer(paid))

        try:
            return self._told(await self._pool.answer(free))
        except EditorError as error:
            if not any(map(paid.fits, engines)):
                raise
            why = f"the replicas that cost nothing failed ({error}): one that costs money was asked"

        answered = await self._pool.answer(paid)
        return self._told(replace(answered, detours=(why, *answered.detours)))

    def _job(self, request: EditRequest, *, paid: bool) -> Job[Editor, Edited]:
        abilities = self.abilities

        async def call(editor: Editor) -> Edited:
            return await editor.edit(request)

        def fits(editor: Editor) -> bool:
            return bool(editor.abilities.cost) is paid and _can(
                editor.abilities, request, abilities
            )

        return Job(
            call=call,
            fits=fits,
            group=request.key.partition(":")[0],
            replicas=1 if paid else self._rules.replicas,
            hedge=not paid,
            unlike=self._unlike,
        )

    @property
    def _unlike(self) -> bool:
        return len({editor.abilities for editor in self._pool.engines}) > 1

    def _told(self, answered: Answered[Edited]) -> Edited:
        edited = answered.answer
        made_by = (f"made by {answered.by}",) if self._unlike or answered.detours else ()
        return replace(
            edited,
            seconds=edited.seconds or answered.seconds,
            notes=(*edited.notes, *answered.detours, *made_by),
        )


def _can(one: Abilities, request: EditRequest, pool: Abilities) -> bool:
    if request.mask and not one.mask:
        return False

    return len(request.references) <= one.references and one.instruction == pool.instruction
