"""The parts of the chat toolset, where a conversation would be a long way round."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from chatting import attached, scene
from making import critique, png
from PIL import Image, ImageOps
from pydantic_ai import RunContext
from pydantic_ai.messages import (
    FilePart,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.test import TestModel
from pydantic_ai.usage import RunUsage

from editloop.agent import EditAgent
from editloop.memory import Failure, ImageRef, Run, Stop, StopReason, Task, Turn, new_run_id
from editloop.memory.images import LocalImages
from editloop.tools import chat as chat_tools
from editloop.tools.chat.facts import facts
from editloop.tools.chat.handles import Book, Seen
from editloop.tools.chat.history import Slimming
from editloop.tools.chat.marks import as_pair, metadata
from editloop.tools.chat.measuring import measured
from editloop.tools.chat.mending import is_torn, mended
from editloop.tools.chat.previews import Previews
from editloop.tools.chat.showing import Showing
from editloop.tools.chat.toolset import ImageTools

pytestmark = pytest.mark.anyio


def ref(digest: str) -> ImageRef:
    return ImageRef(sha256=digest, media_type="image/png", width=4, height=3, size=9)


@pytest.fixture
def images(tmp_path: Any) -> LocalImages:
    return LocalImages(tmp_path / "images")


async def seen(images: LocalImages, picture: Image.Image | bytes) -> Seen:
    if isinstance(picture, Image.Image):
        out = io.BytesIO()
        picture.save(out, "PNG")
        picture = out.getvalue()
    return Book().named(await images.put(picture))


def photo() -> Image.Image:
    return Image.open(io.BytesIO(scene()))


def test_pictures_whose_names_begin_alike_get_longer_handles() -> None:
    book = Book()
    digests = ["a" * 64, "a" * 10 + "b" * 54, "a" * 10 + "bb" + "c" * 52]

    handles = [book.named(ref(digest)).handle for digest in digests]

    assert handles == ["img_" + "a" * 10, "img_" + "a" * 10 + "b", "img_" + "a" * 10 + "bb"]
    assert [book.named(ref(digest)).handle for digest in digests] == handles


@pytest.mark.parametrize(
    "name", ["img_aaaaaaaaaa", "[img_aaaaaaaaaa: picture]", "sha256:" + "a" * 64]
)
def test_a_picture_is_found_by_what_a_model_makes_of_its_handle(name: str) -> None:
    book = Book()
    book.named(ref("a" * 64))

    found = book.find(f" {name} ")

    assert found is not None
    assert found.ref.sha256 == "a" * 64


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Nonsense'"):
        chat_tools.Nonsense  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]


async def test_framing_is_said_in_words(images: LocalImages) -> None:
    before = await seen(images, photo())
    words = {
        "mirrored": ImageOps.mirror(photo()),
        "turned counterclockwise by 90.0 degrees": photo().transpose(Image.Transpose.ROTATE_90),
        "turned clockwise by 90.0 degrees": photo().transpose(Image.Transpose.ROTATE_270),
        "a frame or bars were added": ImageOps.expand(photo(), 20, "black"),
        "the same part, scaled": photo().resize((160, 120)),
        "do not show the same thing": Image.effect_noise((320, 240), 90),
    }

    for said, picture in words.items():
        told = await measured(before, await seen(images, picture), images)
        assert said in told["framing"]


async def test_a_change_of_all_tones_is_everywhere_and_repaints_nothing(
    images: LocalImages,
) -> None:
    darker = photo().point(lambda value: value * 0.5)

    told = await measured(await seen(images, photo()), await seen(images, darker), images)

    assert told["changed_where"] == "everywhere"
    assert told["repainted_where"] == "nowhere much"
    assert told["lightness_percent"] < -10


async def test_a_preview_of_what_is_gone_is_none(images: LocalImages) -> None:
    previews = Previews(images)
    gone, here = Book().named(ref("a" * 64)), await seen(images, png(1))

    assert await previews.of(gone) is None
    assert await previews.whole(gone) is None
    assert await previews.pair(gone, here) is None


async def test_a_preview_is_as_small_as_its_lowest_quality_makes_it(images: LocalImages) -> None:
    noisy = await seen(images, Image.effect_noise((600, 600), 90))
    bounded, free = Previews(images, most=1), Previews(images, most=10**9)

    small, large = await bounded.of(noisy), await free.of(noisy)

    assert small is not None
    assert large is not None
    assert 1 < len(small.data) < len(large.data)


def run_of(*turns: Turn, stop: Stop, answer: int | None) -> Run:
    task = Task(source=ref("a" * 64), instruction="x")
    run = Run(id=new_run_id(), task=task, created=datetime.now(UTC), turns=turns)
    return run.ended(stop, answer, turns[-1].failure)


def test_facts_are_short_and_say_what_went_wrong() -> None:
    failure = Failure(border="thinker", kind="ThinkerError", message="gone")
    good = Turn(number=1, instruction="x", edited=ref("b" * 64), critique=critique(7, 7, "y"))
    long = good.but(critique=good.critique and good.critique.but(reasoning="z" * 5000))
    bad = Turn(number=2, instruction="y", edited=ref("c" * 64), failure=failure)
    run = run_of(long, bad, stop=Stop(reason=StopReason.FAILED), answer=1)

    told = facts(run, None)

    assert len(told["critique"]) == 600
    assert told["stop"] == "failed"
    assert told["attempts"][1] == {"turn": 2, "problem": "gone"}
    assert "image" not in told


async def test_pictures_that_cannot_be_read_stay_wherever_they_are(images: LocalImages) -> None:
    broken = attached(png(1)[:40])
    messages: list[ModelMessage] = [
        ModelRequest(parts=[ToolReturnPart("camera", ["a photo", broken], "1")]),
        ModelResponse(parts=[FilePart(broken)]),
    ]

    assert await chat_tools.slim(messages, images) == messages


async def test_a_tool_that_has_metadata_of_another_kind_is_left_alone(images: LocalImages) -> None:
    part = ToolReturnPart("camera", [attached(png(1))], "1", metadata=["chunks"])
    messages: list[ModelMessage] = [ModelRequest(parts=[part])]

    assert await chat_tools.slim(messages, images) == messages


async def test_the_check_of_a_picture_and_its_preview_are_one_decoding(
    images: LocalImages,
) -> None:
    previews = Previews(images)
    messages = [ModelRequest(parts=[UserPromptPart([attached(scene())])])]

    _, book = await Slimming(images, previews.view).slim(messages)

    made = [path.read_bytes() for path in (images.folder / "views").rglob("*.jpg")]
    (one,) = [await previews.of(each) for each in book]
    assert one is not None
    assert made == [one.data]


async def test_a_tool_keeps_its_own_metadata_beside_ours(images: LocalImages) -> None:
    part = ToolReturnPart("camera", attached(png(1)), "1", metadata={"lens": 50})

    (message,) = await chat_tools.slim([ModelRequest(parts=[part])], images)

    made = message.parts[0]
    assert isinstance(made, ToolReturnPart)
    assert made.metadata["lens"] == 50
    assert set(made.metadata) == {"lens", "editloop"}


def test_what_cannot_be_mended_is_left_alone() -> None:
    book = Book()
    known = book.named(ref("a" * 64), "edited", "run")
    contents: list[Any] = [
        {"run": "x", "image": known.handle},
        f'{{"image": "{known.handle}"}}',
        {"image": "img_nothing"},
        "no JSON",
        "[1]",
    ]
    parts = [ToolReturnPart("edit_image", content, "1") for content in contents]
    messages: list[ModelMessage] = [ModelRequest(parts=parts), ModelResponse(parts=[])]

    (made, _) = mended(messages, book)

    assert is_torn(messages)
    about = [getattr(part, "metadata", None) for part in made.parts]
    assert about == [metadata(known), metadata(known), None, None, None]


async def test_a_pair_that_is_too_old_is_not_shown(images: LocalImages) -> None:
    one, two = await seen(images, png(1)), await seen(images, png(2))
    about = as_pair(metadata(one, two))
    part = ToolReturnPart("compare_images", {"before": {}}, "1", metadata=about)

    (made,) = await Showing(Previews(images), newest=0).shown([ModelRequest(parts=[part])])

    assert getattr(made.parts[0], "content", None) == [{"before": {}}]


async def test_a_context_without_a_conversation_has_no_session(embedded: EditAgent) -> None:
    desk = ImageTools(embedded).desk
    context: RunContext[None] = RunContext(deps=None, model=TestModel(), usage=RunUsage())

    assert desk.labelled(context) == {"door": "chat"}
    assert list(await desk.on_record(context, embedded)) == []
