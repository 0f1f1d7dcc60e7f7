"""A foreign tool as an editor: over stdio and HTTP, in both eras of the protocol."""

from typing import Any

import anyio
import pytest
from mcp_serving import SOURCE, Make, asked, shade_of

from editloop.memory import EditorBusy, EditorError, EditorRejected, SettingsError
from editloop.tools import Progress
from editloop.tools.mcp.editor import heard_by
from editloop.tools.mcp.plan import Wanted

pytestmark = pytest.mark.anyio


async def _shade(editor: Any, *instruction: str, **more: Any) -> int:
    async with editor:
        return shade_of((await editor.edit(asked(*instruction, **more))).picture)


@pytest.mark.parametrize(
    ("tool", "shade"),
    [("edit_base64", 4), ("edit_photo", 40), ("edit_images", 1), ("edit_object", 66)],
)
async def test_the_picture_goes_in_as_the_schema_says(
    make_one: Make, tool: str, shade: int
) -> None:
    assert await _shade(make_one(tool)) == shade


async def test_the_link_is_believed_before_the_preview(make: Make) -> None:
    async with make("edit_linked") as editor:
        assert shade_of((await editor.edit(asked())).picture) == 60
        assert shade_of((await editor.edit(asked(mask=SOURCE))).picture) == 70


async def test_a_preview_is_taken_where_its_link_leads_nowhere(make_one: Make) -> None:
    async with make_one("edit_linked") as editor:
        edited = await editor.edit(asked("lost"))
    assert shade_of(edited.picture) == 1
    assert "lost://1" in " ".join(edited.notes)


async def test_seed_and_options_are_passed_where_the_schema_has_them(make_one: Make) -> None:
    async with make_one("edit_base64") as editor:
        assert editor.abilities.seed
        assert editor.abilities.options == {"steps"}
        edited = await editor.edit(asked(seed=7, options={"steps": 20}))
    assert shade_of(edited.picture) == 27


async def test_several_pictures_go_where_the_schema_takes_a_list(make_one: Make) -> None:
    assert await _shade(make_one("edit_images"), references=(SOURCE, SOURCE)) == 3


async def test_what_is_missing_is_given_by_the_address(make_one: Make) -> None:
    with pytest.raises(SettingsError, match="must be given model: add model=VALUE"):
        await _shade(make_one("edit_needy"))
    assert await _shade(make_one("edit_needy", Wanted(arguments={"model": 4}))) == 1


async def test_a_tool_that_does_not_say_how_is_told_by_the_address(make_one: Make) -> None:
    with pytest.raises(SettingsError, match=r"does not say how: add as=FORM"):
        await _shade(make_one("edit_vague"))
    assert await _shade(make_one("edit_vague", Wanted(form="base64"))) == 80


async def test_a_picture_that_is_given_back_as_it_was_is_not_the_edit(make_one: Make) -> None:
    async with make_one("edit_base64") as editor:
        edited = await editor.edit(asked("echo"))
    assert shade_of(edited.picture) == 5
    assert edited.notes == ("2 pictures came back; the first new one was taken",)


async def test_a_picture_above_the_usual_limit_comes_through(make: Make) -> None:
    async with make("edit_base64") as editor:
        edited = await editor.edit(asked("large"))
    assert len(edited.picture.data) > 2**20


async def test_progress_is_told(make: Make) -> None:
    heard: list[Progress] = []
    async with make("edit_base64") as editor:
        await editor.edit(asked(watch=heard.append))
    assert heard == [Progress(1, 4), Progress(4, 4)]


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ((1.0, 4.0), [Progress(1, 4)]),
        ((0.25, 1.0), [Progress(25, 100, "percent")]),
        ((3e6, 4e6), [Progress(75, 100, "percent")]),
        ((1.0, None), []),
        ((5.0, 4.0), []),
        ((1.0, float("inf")), []),
        ((float("nan"), 4.0), []),
    ],
)
async def test_progress_that_makes_no_sense_is_passed_over(
    told: tuple[float, float | None], heard: list[Progress]
) -> None:
    noted: list[Progress] = []
    hear = heard_by(noted.append)
    assert hear is not None

    await hear(*told, None)

    assert noted == heard


async def test_a_refusal_is_passed_on_in_the_words_of_the_tool(make: Make) -> None:
    async with make("edit_base64") as editor:
        with pytest.raises(EditorRejected, match="I do not draw that"):
            await editor.edit(asked("refuse"))
        with pytest.raises(EditorError, match="without a picture: done, believe me"):
            await editor.edit(asked("nothing"))
        with pytest.raises(EditorError, match=r"before the edit was done \(running\)"):
            await editor.edit(asked("later"))
        await editor.edit(asked())  # and the session is as good as before


async def test_a_cancelled_edit_is_cancelled_at_the_server(make: Make) -> None:
    """The server answers the second question only after the first call was cancelled there."""
    async with make("edit_base64", seconds=20) as editor:
        with anyio.CancelScope() as scope:

            def leave(at: Progress) -> None:
                if at == Progress(2, 4):
                    scope.cancel()

            await editor.edit(asked("wait", watch=leave))
        assert scope.cancelled_caught
        assert await editor.edit(asked("was it cancelled?"))


async def test_several_edits_are_under_way_in_one_session(make: Make) -> None:
    shades: dict[int, int] = {}
    async with make("edit_base64") as editor, anyio.create_task_group() as group:

        async def edit(seed: int) -> None:
            shades[seed] = shade_of((await editor.edit(asked(seed=seed))).picture)

        for seed in range(10, 90, 10):
            group.start_soon(edit, seed)
    assert shades == {seed: seed + 4 for seed in range(10, 90, 10)}


async def test_the_only_tool_that_fits_what_the_address_says_is_taken(make_one: Make) -> None:
    assert await _shade(make_one("", Wanted(arguments={"model": "x" * 9}))) == 9


async def test_an_edit_that_takes_too_long_is_given_up(make_one: Make) -> None:
    async with make_one("edit_base64", seconds=0.2) as editor:
        with pytest.raises(EditorBusy, match=r"no edit within 0\.2 s"):
            await editor.edit(asked("wait"))


async def test_what_there_is_no_place_for_is_refused_before_anything_is_sent(
    make_one: Make,
) -> None:
    async with make_one("edit_base64") as editor:
        with pytest.raises(EditorRejected, match="takes no mask"):
            await editor.edit(asked(mask=SOURCE))
        with pytest.raises(EditorRejected, match="no pictures beside"):
            await editor.edit(asked(references=(SOURCE,)))


async def test_the_tool_is_named_unless_there_is_only_one(make_one: Make) -> None:
    with pytest.raises(SettingsError, match=r"say which tool .* edits: tool=…, of edit_base64"):
        await _shade(make_one(""))
    with pytest.raises(SettingsError, match=r"no tool 'paint'; it has edit_base64"):
        await _shade(make_one("paint"))


async def test_what_the_run_keeps_names_the_server_and_the_tool(make: Make) -> None:
    async with make("edit_photo") as editor:
        details = dict(editor.details)
    assert details.pop("protocol") in ("2025-11-25", "2026-07-28")
    assert details.pop("place")
    assert details == {
        "server": "foreign",
        "tool": "edit_photo",
        "image": "photo",
        "as": "data",
        "instruction": "instruction",
    }
