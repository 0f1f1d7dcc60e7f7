"""The app in a real browser, in a host that enforces the extension's policy, on a real server."""

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest
from app_hosting import Shown, shown
from chromium import Pipe
from hosting import GOOD, SMALL, Held, hosted, thinker, wish
from making import critique

from editloop.server.host import Host
from editloop.server.principals import LOCAL

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="needs Debian's chromium"),
]

RIGHT = "document.querySelector('#right img')"
TEXT = "document.body.innerText"


async def done(host: Host, instruction: str = "make it warm") -> str:
    """A run that has ended."""
    begun = await host.begin(await wish(host, instruction), LOCAL)
    return (await host.wait(begun.run.id, LOCAL, 20)).id


async def settled(app: Shown, name: str) -> None:
    """Wait until a picture is on the right, drawn."""
    await app.app.until(f"{RIGHT}.alt === {json.dumps(name)} && {RIGHT}.naturalWidth > 0")


async def test_source_and_answer_lie_on_each_other_with_scores(
    browser: Pipe, tmp_path: Path
) -> None:
    async with hosted(tmp_path) as host:
        run = await done(host)
        async with shown(host, browser) as app:
            await app.call("get_run", run_id=run)
            await settled(app, "turn 3, the answer")
            said = await app.app.do(TEXT)
            left = await app.app.do("document.querySelector('#left img').alt")
            await app.app.until("!document.querySelector('#strip .blank')")
            cards = await app.app.do(
                "[...document.querySelectorAll('#strip .card')].map((card) => card.ariaLabel)"
            )
    assert left == "source"
    assert "done in 3 turns, best 9.0 of 10" in said
    assert "make it warm" in said
    assert cards == [
        "source, as given: show on the right",
        "turn 1, 3.5 of 10: show on the right",
        "turn 2, 6.5 of 10: show on the right",
        "turn 3, the answer, 9.0 of 10: show on the right",
    ]


async def test_a_run_is_followed_while_it_grows(browser: Pipe, tmp_path: Path) -> None:
    held = Held(free=1)
    async with hosted(tmp_path, editor=held.editor, thinker=thinker(SMALL, GOOD)) as host:
        begun = await host.begin(await wish(host), LOCAL)
        await held.asked(2)
        async with shown(host, browser) as app:
            await app.call("get_run", run_id=begun.run.id, wait_seconds=0)
            await app.app.until(
                "document.getElementById('status').innerText.startsWith('turn 2: editing')"
            )
            await settled(app, "turn 1")
            busy = await app.app.do("document.getElementById('app').hasAttribute('data-busy')")
            held.let_all()
            await settled(app, "turn 2, the answer")
            await app.app.until(
                "document.getElementById('status').innerText.startsWith('done in 2')"
            )
            later = await app.app.do("document.getElementById('app').hasAttribute('data-busy')")
    assert (busy, later) == (True, False)


async def test_refining_begins_a_run_from_the_chosen_turn_and_the_model_is_told(
    browser: Pipe, tmp_path: Path
) -> None:
    answers = (SMALL, GOOD, GOOD)
    async with hosted(tmp_path, thinker=thinker(*answers)) as host:
        run = await done(host)
        async with shown(host, browser) as app:
            await app.call("get_run", run_id=run)
            await settled(app, "turn 2, the answer")
            await app.app.do("document.querySelectorAll('#strip .card')[1].click()")
            await settled(app, "turn 1")
            await app.app.do(
                "document.getElementById('wish').value = ' a little less warm ';"
                "document.getElementById('go').click()"
            )
            await app.app.until(
                "document.getElementById('title').innerText === 'a little less warm'"
            )
            await app.app.until("document.getElementById('status').innerText.startsWith('done')")
            (asked,) = await app.calls("refine_run")
            (told,) = await app.heard("ui/update-model-context")
        newest = await host.run("last", LOCAL)
    assert asked["instruction"] == "a little less warm"
    assert (asked["run_id"], asked["turn"]) == (run, 1)
    assert newest.task.labels["parent"] == run
    assert newest.task.labels["parent_turn"] == "1"
    assert newest.id in told["content"][0]["text"]


async def test_a_paused_run_is_gone_on_with(browser: Pipe, tmp_path: Path) -> None:
    held = Held(free=1)
    async with hosted(tmp_path, editor=held.editor, thinker=thinker(SMALL, GOOD)) as host:
        begun = await host.begin(await wish(host), LOCAL)
        await held.asked(2)
        await host.pause(begun.run.id, LOCAL)
        async with shown(host, browser) as app:
            await app.call("get_run", run_id=begun.run.id)
            await app.app.until("document.getElementById('status').innerText.startsWith('paused')")
            held.let_all()
            await app.app.do("document.getElementById('go').click()")
            await app.app.until(
                "document.getElementById('status').innerText.startsWith('done in 2')"
            )
            title = await app.app.do("document.getElementById('title').innerText")
    assert title == "make it warm"


async def test_the_handle_follows_mouse_finger_and_keys(browser: Pipe, tmp_path: Path) -> None:
    at = "Number(document.getElementById('stage').getAttribute('aria-valuenow'))"
    async with hosted(tmp_path) as host:
        run = await done(host)
        async with shown(host, browser) as app:
            await app.call("get_run", run_id=run)
            await settled(app, "turn 3, the answer")
            box = await app.app.do(
                "(({x, y, width, height}) => ({x, y, width, height}))"
                "(document.getElementById('stage').getBoundingClientRect())"
            )
            middle = box["y"] + box["height"] / 2
            await app.page.mouse("press", box["x"] + box["width"] * 0.3, middle)
            pressed = await app.app.until(f"{at} !== 50 && {at}")
            await app.page.mouse("move", box["x"] + box["width"] * 0.8, middle)
            moved = await app.app.until(f"{at} > 50 && {at}")
            await app.page.mouse("release", box["x"] + box["width"] * 0.8, middle)
            await app.page.ask("Emulation.setTouchEmulationEnabled", enabled=True)
            await app.page.touch("down", box["x"] + box["width"] * 0.1, middle)
            await app.page.touch("move", box["x"] + box["width"] * 0.2, middle)
            await app.page.touch("up")
            touched = await app.app.until(f"{at} < 50 && {at}")
            await app.page.ask("Emulation.setTouchEmulationEnabled", enabled=False)
            await app.app.do("document.getElementById('stage').focus()")
            await app.page.key("End")
            end = await app.app.until(f"{at} === 100 && {at}")
            await app.page.key("ArrowLeft")
            stepped = await app.app.until(f"{at} < 100 && {at}")
            spoken = await app.app.do(
                "document.getElementById('stage').getAttribute('aria-valuetext')"
            )
    assert (round(pressed, -1), round(moved, -1)) == (30, 80)
    assert touched <= 22
    assert (end, stepped) == (100, 98)
    assert spoken == "98 % source"


async def test_any_two_pictures_are_compared_by_buttons_and_by_keys(
    browser: Pipe, tmp_path: Path
) -> None:
    left = "document.querySelector('#left img').alt"
    async with hosted(tmp_path) as host:
        run = await done(host)
        async with shown(host, browser) as app:
            await app.call("get_run", run_id=run)
            await settled(app, "turn 3, the answer")
            await app.app.do("document.querySelectorAll('#strip .as-left')[2].click()")
            await app.app.until(f"{left} === 'turn 2'")
            await app.app.do("document.querySelectorAll('#strip .card')[1].click()")
            await settled(app, "turn 1")
            await app.app.do("document.getElementById('stage').focus()")
            await app.page.key("0", "Digit0")
            await settled(app, "source")
            await app.page.key("#", "Digit3", shift=True)
            await app.app.until(f"{left} === 'turn 3, the answer'")
            await app.app.do("document.getElementById('swap').click()")
            await settled(app, "turn 3, the answer")
            again = await app.app.do(left)
            await app.app.do("document.getElementById('mode').click()")
            beside = await app.app.do("document.getElementById('stage').className")
    assert (again, beside) == ("source", "beside")


async def test_words_of_users_and_models_are_text_and_nothing_else(
    browser: Pipe, tmp_path: Path
) -> None:
    evil = "<img src=x onerror='window.owned=1'><script>window.owned=1</script>"
    answers = (critique(3, 4, f"{evil} more"), critique(9, 9, evil))
    async with hosted(tmp_path, thinker=thinker(*answers)) as host:
        run = await done(host, evil)
        async with shown(host, browser) as app:
            await app.call("get_run", run_id=run)
            await settled(app, "turn 2, the answer")
            said = await app.app.do(TEXT)
            owned = await app.app.do(
                "[window.owned, document.querySelectorAll('[onerror]').length]"
            )
    assert evil in said
    assert f"{evil} more" in said
    assert owned == [None, 0]


async def test_a_large_picture_goes_up_in_pieces_and_is_edited(
    browser: Pipe, tmp_path: Path
) -> None:
    photo = _noise()
    drop = f"""(async () => {{
        const bytes = Uint8Array.from(atob({json.dumps(base64.b64encode(photo).decode())}), (c) => c.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], "noise.png", {{ type: "image/png" }}));
        document.getElementById("drop").dispatchEvent(new DragEvent("drop", {{ dataTransfer: data, bubbles: true }}));
    }})()"""
    async with hosted(tmp_path) as host, shown(host, browser) as app:
        await app.call("request_upload")
        await app.app.until("document.getElementById('app').dataset.view === 'give'")
        await app.app.do(drop)
        await app.app.until("!document.getElementById('begin').hidden")
        said = await app.app.do("document.getElementById('sent').innerText")
        await app.app.do(
            "document.getElementById('first').value = 'make it warm';"
            "document.getElementById('edit').click()"
        )
        await app.app.until("document.getElementById('status').innerText.startsWith('done')")
        pieces = await app.calls("app_upload")
        (edit,) = await app.calls("edit_image")
        (told, _) = await app.heard("ui/update-model-context")
        run = await host.run("last", LOCAL)
    assert len(pieces) == 1 + len(photo) // (512 * 1024)
    assert max(len(each["data"]) for each in pieces) <= 700_000
    assert said == "noise.png: 800 × 600"
    assert edit["image"] == f"editloop://image/{hashlib.sha256(photo).hexdigest()}"
    assert edit["image"] in told["content"][0]["text"]
    assert run.task.source.sha256 == hashlib.sha256(photo).hexdigest()


async def test_what_is_saved_is_the_picture_as_it_is_kept(browser: Pipe, tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        run = await host.run(await done(host), LOCAL)
        async with shown(host, browser) as app:
            await app.call("get_run", run_id=run.id)
            await settled(app, "turn 3, the answer")
            await app.app.do("document.getElementById('save').click()")
            await app.host.until("saved.length")
            (saved,) = await app.heard("ui/download-file")
    assert run.best
    assert run.best.edited
    resource = saved["contents"][0]["resource"]
    assert hashlib.sha256(base64.b64decode(resource["blob"])).hexdigest() == run.best.edited.sha256
    assert resource["uri"] == f"file:///editloop-{run.id[-6:]}-3.png"
    assert resource["mimeType"] == "image/png"


async def test_a_host_without_resources_saves_a_view_and_says_so(
    browser: Pipe, tmp_path: Path
) -> None:
    async with hosted(tmp_path) as host:
        run = await done(host)
        async with shown(host, browser, query="resources=no") as app:
            await app.call("get_run", run_id=run)
            await settled(app, "turn 3, the answer")
            await app.app.do("document.getElementById('save').click()")
            await app.app.until(
                "document.getElementById('trouble').innerText.includes('smaller JPEG')"
            )
            (saved,) = await app.heard("ui/download-file")
    assert saved["contents"][0]["resource"]["mimeType"] == "image/jpeg"


async def test_runs_are_compared_by_their_answers(browser: Pipe, tmp_path: Path) -> None:
    async with hosted(tmp_path, thinker=thinker(GOOD, GOOD)) as host:
        one, two = await done(host), await done(host, "make it cold")
        async with shown(host, browser) as app:
            await app.call("compare_runs", run_ids=[one, two])
            await settled(app, f"turn 1 of {two[-6:]}, the answer")
            left = await app.app.do("document.querySelector('#left img').alt")
            names = await app.app.do(
                "[...document.querySelectorAll('#strip .run-name')].map((each) => each.innerText)"
            )
    assert left == f"turn 1 of {one[-6:]}, the answer"
    assert names == [f"run {one[-6:]}", f"run {two[-6:]}"]


async def test_what_the_server_refuses_is_told(browser: Pipe, tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, shown(host, browser) as app:
        await app.call("get_run", run_id="nosuchrun")
        await app.app.until("document.getElementById('status').innerText === 'refused'")
        said = await app.app.do("document.getElementById('trouble').innerText")
    assert "nosuchrun" in said


@pytest.mark.parametrize("width", [320, 480, 900, 1400])
async def test_nothing_sticks_out_at_any_width(browser: Pipe, tmp_path: Path, width: int) -> None:
    words = "make-it-" + "w" * 60
    async with hosted(tmp_path, thinker=thinker(critique(3, 4, f"{words} more"), GOOD)) as host:
        run = await done(host, words)
        async with shown(host, browser, width=width) as app:
            await app.call("get_run", run_id=run)
            await settled(app, "turn 2, the answer")
            wide = await app.app.do("document.documentElement.scrollWidth")
            tall = await app.app.do("document.querySelector('main').offsetHeight")
            told = {"width": width, "height": tall}
            await app.host.until(
                f"JSON.stringify(heard.filter((each) => each.method === 'ui/notifications/size-changed').at(-1).params) === {json.dumps(json.dumps(told, separators=(',', ':')))}"
            )
    assert wide <= width


async def test_the_size_that_is_told_does_not_feed_itself(browser: Pipe, tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        run = await done(host)
        async with shown(host, browser) as app:
            await app.call("get_run", run_id=run)
            await settled(app, "turn 3, the answer")
            await app.app.until("!document.querySelector('#strip .blank')")
            told = await app.heard("ui/notifications/size-changed")
    heights = [each["height"] for each in told]
    assert len(heights) < 20
    assert max(heights) < 1200


async def test_the_hosts_theme_and_the_systems_are_worn(browser: Pipe, tmp_path: Path) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    async with hosted(tmp_path) as host:
        async with shown(host, browser) as app:
            light = await app.app.until(paper)
            await app.page.look(width=900, dark=True)
            system = await app.app.until(f"{paper} !== {json.dumps(light)} && {paper}")
        async with shown(host, browser, query="theme=dark") as app:
            dark = await app.app.until(
                f"document.documentElement.dataset.theme === 'dark' && {paper}"
            )
    assert (light, system, dark) == ("rgb(255, 255, 255)", "rgb(27, 27, 29)", "rgb(27, 27, 29)")


async def test_the_policy_of_hosts_is_never_broken(browser: Pipe, tmp_path: Path) -> None:
    before = len(browser.events)
    async with hosted(tmp_path) as host:
        run = await done(host)
        async with shown(host, browser) as app:
            await app.call("get_run", run_id=run)
            await settled(app, "turn 3, the answer")
            loaded = await app.app.do(
                "performance.getEntriesByType('resource').map((each) => each.name)"
            )
    told = [
        event["params"]
        for event in browser.events[before:]
        if event["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")
        and "favicon" not in json.dumps(event)
    ]
    assert told == []
    assert [name for name in loaded if not name.startswith("data:")] == []


def _noise() -> bytes:
    """A PNG of more than one piece, the same every time."""
    import io
    import random

    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("RGB", (800, 600), random.Random(1).randbytes(800 * 600 * 3)).save(out, "PNG")
    return out.getvalue()
