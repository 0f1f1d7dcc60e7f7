"""Pictures of megabytes are let go of when their request has ended, not when garbage is collected."""

import gc
import weakref

import pytest
from making import picture

from editloop.tools import Edited, Editor, EditRequest, Progress
from editloop.tools.editor import Abilities
from editloop.tools.pool import EditorPool

pytestmark = pytest.mark.anyio


class Watching:
    """A watch that can be referred to weakly."""

    def __call__(self, progress: Progress) -> None:
        """Nobody tells it anything."""


class Plain:
    """Returns the source and remembers nothing."""

    name = "plain"
    abilities = Abilities()

    async def edit(self, request: EditRequest) -> Edited:
        return Edited(request.source)


async def test_a_request_is_let_go_of_as_soon_as_it_is_answered() -> None:
    editor: Editor = Plain()
    async with EditorPool("pool") as pool:
        pool.add(editor)
        gc.collect()
        gc.disable()
        try:
            watch = Watching()
            await pool.edit(EditRequest(picture(1), "warmer", watch=watch))
            gone = weakref.ref(watch)
            del watch
            assert gone() is None
        finally:
            gc.enable()
