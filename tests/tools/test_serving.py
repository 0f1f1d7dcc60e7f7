"""Our editors as image models, and the way there and back."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pydantic_ai import ImageGenerator
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelRequestRejectedError,
    ModelUnavailableError,
    UserError,
)
from pydantic_ai.images import ImageGenerationInput, ImageGenerationSettings
from pydantic_ai.messages import BinaryImage, ImageUrl, UploadedFile

from editloop.memory import (
    BudgetSpent,
    EditloopError,
    EditorBusy,
    EditorError,
    EditorRejected,
    PictureError,
    UnsupportedInstruction,
)
from editloop.tools import Abilities, Edited, EditRequest, Picture, ScriptedEditor
from editloop.tools.hosted import HostedEditor
from editloop.tools.retouch.editor import Retouch
from editloop.tools.serving import EditorModel

pytestmark = pytest.mark.anyio

EVERY_BYTE = bytes(range(256)) * 3
SOURCE, OTHER = Picture(EVERY_BYTE, "image/jpeg"), Picture(b"other", "image/webp")
ANSWER = Edited(
    Picture(EVERY_BYTE[::-1], "image/webp"), seconds=2.0, cost=0.3, notes=("the size changed",)
)
PHOTO = BinaryImage(data=SOURCE.data, media_type=SOURCE.media_type)


async def test_an_image_generator_runs_on_our_editor() -> None:
    editor = ScriptedEditor(ANSWER)
    generator = ImageGenerator(EditorModel(editor))
    other = BinaryImage(data=OTHER.data, media_type=OTHER.media_type)
    result = await generator.generate("warmer", images=[PHOTO, other])
    assert editor.requests == [EditRequest(SOURCE, "warmer", references=(OTHER,))]
    assert (result.image.data, result.image.media_type) == (EVERY_BYTE[::-1], "image/webp")
    assert (result.model_name, result.provider_name, result.prompt) == (
        "scripted",
        "editloop",
        "warmer",
    )
    assert (result.images[0].output_format, float(result.usage.cost or 0)) == ("webp", 0.3)


async def test_there_and_back_everything_arrives_as_it_was() -> None:
    inner = ScriptedEditor(ANSWER)
    editor = HostedEditor(
        EditorModel(inner), abilities=Abilities(mask=True, references=1, seed=True)
    )
    request = EditRequest(SOURCE, "warmer", seed=7, mask=OTHER, references=(OTHER,), key="01kd:2")
    edited = await editor.edit(request)
    assert inner.requests == [request]
    assert edited.picture == ANSWER.picture
    assert (edited.cost, edited.notes) == (ANSWER.cost, ANSWER.notes)
    assert editor.name == "editloop:scripted"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (UnsupportedInstruction("no cats", clause="a cat", needs="diffusion"), ModelRequestRejectedError),
        (PictureError("no picture"), ModelRequestRejectedError),
        (EditorRejected("never"), ModelRequestRejectedError),
        (EditorBusy("later"), ModelUnavailableError),
        (EditorError("broken"), ModelAPIError),
        (BudgetSpent("no money"), ModelAPIError),
    ],
)  # fmt: skip
async def test_errors_keep_their_message_and_come_back_as_they_were(
    error: EditloopError, kind: type[AgentRunError]
) -> None:
    model = EditorModel(ScriptedEditor(error))
    with pytest.raises(AgentRunError) as caught:
        await ImageGenerator(model).generate("add a cat", images=[PHOTO])
    assert type(caught.value) is kind
    assert (caught.value.message, caught.value.__cause__) == (str(error), error)

    with pytest.raises(EditloopError) as back:
        await HostedEditor(model).edit(EditRequest(SOURCE, "add a cat"))
    assert back.value is error


UPLOADED = UploadedFile("file-1", provider_name="openai", media_type="image/png")


@pytest.mark.parametrize(
    ("images", "settings", "says"),
    [
        ([], {}, "give the picture"),
        ([UPLOADED], {}, "UploadedFile"),
        ([PHOTO], {"dimensions": (64, 64)}, "'dimensions': say it in the instruction"),
        ([PHOTO], {"aspect_ratio": "4:5"}, "'aspect_ratio'"),
        ([PHOTO], {"openai_n": 2}, "'openai_n'"),
        ([PHOTO], {"extra_body": {"steps": 8}}, "'steps'"),
        ([PHOTO], {"extra_body": [1]}, "extra_body must be a mapping"),
        ([PHOTO], {"extra_body": {"seed": -1}}, "seed -1"),
        ([PHOTO], {"extra_body": {"seed": True}}, "seed True"),
        ([PHOTO], {"extra_body": {"seed": "7"}}, "seed '7'"),
        ([PHOTO], {"extra_body": {"mask": "white"}}, "data URI"),
        ([PHOTO], {"extra_body": {"mask": "data:image/png;base64,A"}}, "data URI"),
    ],
)
async def test_a_wrong_call_is_refused_and_reaches_no_editor(
    images: list[ImageGenerationInput], settings: Any, says: str
) -> None:
    editor = ScriptedEditor()
    with pytest.raises(UserError, match=says):
        await EditorModel(editor).generate("warmer", images=images, settings=settings)
    assert editor.requests == []


async def test_an_empty_instruction_is_refused() -> None:
    with pytest.raises(UserError, match="non-empty"):
        await EditorModel(ScriptedEditor()).generate(" ", images=[PHOTO])


async def test_a_picture_on_a_private_address_is_not_fetched() -> None:
    editor = ScriptedEditor()
    url = ImageUrl("http://127.0.0.1:9/photo.png")
    with pytest.raises(UserError, match=r"photo\.png"):
        await EditorModel(editor).generate("warmer", images=[url])
    assert editor.requests == []


async def test_settings_of_the_model_are_defaults_for_each_call() -> None:
    editor = ScriptedEditor()
    model = EditorModel(editor, settings=ImageGenerationSettings(extra_body={"seed": 3}))
    await model.generate("warmer", images=[PHOTO])
    await model.generate("warmer", images=[PHOTO], settings={"extra_body": {"seed": 4}})
    assert [request.seed for request in editor.requests] == [3, 4]


@pytest.fixture
def gradient() -> Picture:
    file = BytesIO()
    Image.radial_gradient("L").resize((64, 48)).convert("RGB").save(file, "PNG")
    return Picture(file.getvalue(), "image/png")


async def test_retouch_gives_the_same_bytes_on_every_way(gradient: Picture) -> None:
    retouch = Retouch()
    request = EditRequest(gradient, "make it warmer and crop to 4:5")
    photo = BinaryImage(data=gradient.data, media_type=gradient.media_type)
    model = EditorModel(retouch)
    direct = await retouch.edit(request)
    generated = await ImageGenerator(model).generate(request.instruction, images=[photo])
    back = await HostedEditor(model, abilities=retouch.abilities).edit(request)
    assert direct.picture.data != gradient.data
    assert generated.image.data == direct.picture.data == back.picture.data


async def test_a_cat_is_refused_with_the_same_words_on_every_way(gradient: Picture) -> None:
    request = EditRequest(gradient, "add a cat on the roof")
    photo = BinaryImage(data=gradient.data, media_type=gradient.media_type)
    with pytest.raises(UnsupportedInstruction) as direct:
        await Retouch().edit(request)
    with pytest.raises(ModelRequestRejectedError) as generated:
        await EditorModel(Retouch()).generate(request.instruction, images=[photo])
    with pytest.raises(UnsupportedInstruction) as back:
        await HostedEditor(EditorModel(Retouch())).edit(request)
    assert generated.value.message == str(direct.value) == str(back.value)
    assert back.value.clause == direct.value.clause
