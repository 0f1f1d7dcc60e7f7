"""Any image model as an editor, without a network."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
    UnexpectedModelBehavior,
    UserError,
)
from pydantic_ai.images import (
    GeneratedImage,
    ImageGenerationInput,
    ImageGenerationResult,
    ImageGenerationSettings,
    TestImageGenerationModel,
)
from pydantic_ai.messages import BinaryImage
from pydantic_ai.usage import RequestUsage

from editloop.memory import (
    EditloopError,
    EditorBusy,
    EditorError,
    EditorRejected,
    PictureError,
    SettingsError,
    UnsupportedInstruction,
)
from editloop.tools import Abilities, Editor, EditRequest, Picture
from editloop.tools.hosted import HostedEditor

pytestmark = pytest.mark.anyio

SOURCE, OTHER = Picture(b"source", "image/jpeg"), Picture(b"other", "image/webp")
MASK = Picture(b"\x00\xff", "image/png")
EVERYTHING = Abilities(mask=True, references=2, seed=True)


def _request(**changes: Any) -> EditRequest:
    return replace(EditRequest(SOURCE, "warmer"), **changes)


def _image(data: bytes, revised: str | None = None) -> GeneratedImage:
    content = BinaryImage(data=data, media_type="image/png")
    return GeneratedImage(content=content, revised_prompt=revised)


class Fixed(TestImageGenerationModel):
    """Returns a given result, or raises a given error."""

    def __init__(self, outcome: Callable[[], ImageGenerationResult] | Exception, **names: Any):
        super().__init__(**names)
        self.outcome = outcome

    async def generate(
        self,
        prompt: str,
        *,
        images: Sequence[ImageGenerationInput] | None = None,
        settings: ImageGenerationSettings | None = None,
    ) -> ImageGenerationResult:
        await super().generate(prompt, images=images, settings=settings)
        if isinstance(self.outcome, Exception):
            raise self.outcome

        return self.outcome()


def _answers(*images: GeneratedImage, usage: RequestUsage | None = None, **more: Any) -> Fixed:
    names: dict[str, Any] = {"model_name": "m", "provider_name": "p"} | more
    return Fixed(
        lambda: ImageGenerationResult(
            images=images, prompt="warmer", usage=usage or RequestUsage(), **names
        )
    )


def _sent(model: TestImageGenerationModel) -> ImageGenerationSettings:
    return model.last_settings or {}


async def test_the_source_goes_first_and_the_references_follow_unchanged() -> None:
    model = TestImageGenerationModel("flux", provider_name="local")
    editor: Editor = HostedEditor(model)
    edited = await editor.edit(_request(references=(OTHER, MASK)))
    sent = [i for i in model.last_images if isinstance(i, BinaryImage)]
    assert [(i.data, i.media_type) for i in sent] == [
        (picture.data, picture.media_type) for picture in (SOURCE, OTHER, MASK)
    ]
    assert edited.picture.media_type == "image/png"
    assert edited.picture.data.startswith(b"\x89PNG")
    assert editor.name == "local:flux"


async def test_nothing_is_sent_that_the_abilities_do_not_declare() -> None:
    model = TestImageGenerationModel()
    await HostedEditor(model, settings={"aspect_ratio": "4:5"}).edit(_request(seed=7))
    assert _sent(model) == {"aspect_ratio": "4:5"}


async def test_seed_mask_and_key_join_what_the_settings_hold() -> None:
    model = TestImageGenerationModel()
    given = ImageGenerationSettings(extra_body={"steps": 8}, extra_headers={"X-Team": "a"})
    editor = HostedEditor(model, settings=given, abilities=EVERYTHING)
    await editor.edit(_request(seed=7, mask=MASK, key="run:1"))
    assert _sent(model) == {
        "extra_body": {"steps": 8, "seed": 7, "mask": "data:image/png;base64,AP8="},
        "extra_headers": {"X-Team": "a", "Idempotency-Key": "run:1"},
    }
    assert given == {"extra_body": {"steps": 8}, "extra_headers": {"X-Team": "a"}}


async def test_xai_which_takes_no_headers_gets_none() -> None:
    model = TestImageGenerationModel(provider_name="xai")
    await HostedEditor(model).edit(_request(key="run:1"))
    assert _sent(model) == {}


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"mask": MASK}, "takes no mask"), ({"references": (OTHER,) * 16}, "takes 15 pictures")],
)
async def test_what_the_abilities_exclude_is_refused_before_anything_is_sent(
    changes: dict[str, Any], says: str
) -> None:
    model = TestImageGenerationModel()
    with pytest.raises(EditorRejected, match=says):
        await HostedEditor(model).edit(_request(**changes))
    assert model.last_settings is None


async def test_something_that_is_no_picture_is_not_sent() -> None:
    with pytest.raises(PictureError, match="text/html"):
        await HostedEditor(TestImageGenerationModel()).edit(
            _request(source=Picture(b"<html>", "text/html"))
        )


async def test_the_first_of_several_pictures_is_taken_with_a_note() -> None:
    editor = HostedEditor(_answers(_image(b"1"), _image(b"2"), usage=RequestUsage(cost=Decimal(0))))
    edited = await editor.edit(_request())
    assert edited.picture == Picture(b"1", "image/png")
    assert edited.notes == ("2 pictures came back; the first was taken",)


async def test_a_revised_instruction_is_noted() -> None:
    model = _answers(_image(b"1", revised="a warm photo"), usage=RequestUsage(cost=Decimal(1)))
    notes = (await HostedEditor(model).edit(_request())).notes
    assert notes == ("the model revised the instruction: a warm photo",)


OPENAI: dict[str, Any] = {"model_name": "gpt-image-2", "provider_name": "openai"}


@pytest.mark.parametrize(
    ("model", "known"),
    [
        (_answers(_image(b"1"), usage=RequestUsage(cost=Decimal("0.25"))), True),
        (_answers(_image(b"1"), usage=RequestUsage(cost=Decimal(0))), True),
        (_answers(_image(b"1"), provider_details={"cost_usd": 0.02}), True),
        (_answers(_image(b"1"), usage=RequestUsage(output_tokens=4000), **OPENAI), True),
        (_answers(_image(b"1"), **OPENAI), False),
        (_answers(_image(b"1"), usage=RequestUsage(output_tokens=4000)), False),
    ],
)
async def test_an_unknown_price_counts_as_zero_and_says_so(model: Fixed, known: bool) -> None:
    edited = await HostedEditor(model).edit(_request())
    assert any("not known; it counts as 0" in note for note in edited.notes) is not known


async def test_the_price_is_what_was_reported_or_the_list_price_of_the_tokens() -> None:
    reported = _answers(_image(b"1"), usage=RequestUsage(cost=Decimal("0.25")))
    assert (await HostedEditor(reported).edit(_request())).cost == 0.25
    listed = _answers(_image(b"1"), usage=RequestUsage(output_tokens=4000), **OPENAI)
    assert 0.01 < (await HostedEditor(listed).edit(_request())).cost < 1


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def _http(status: int, body: object = None, **headers: str) -> ModelHTTPError:
    return ModelHTTPError(status, "m", body, headers=headers)


ERRORS: list[tuple[Exception, type[EditloopError], str]] = [
    (_http(429, {"message": "slow down"}), EditorBusy, "429: slow down"),
    (_http(429, None, **{"retry-after": "7"}), EditorBusy, "wait 7 s"),
    (_http(429, {"code": "insufficient_quota"}), EditorRejected, "top up"),
    (_http(408), EditorBusy, "408: no explanation"),
    (_http(500, {"detail": "out of memory"}), EditorBusy, "500: out of memory"),
    (_http(503), EditorBusy, "503"),
    (_http(400, {"message": "bad size"}), EditorRejected, "400: bad size"),
    (_http(401), EditorRejected, "401"),
    (_http(404), EditorRejected, "404"),
    (_http(422, "x" * 9_000), EditorRejected, "422: x+…$"),
    (ModelRateLimitError("m", "slow"), EditorBusy, "slow"),
    (ModelUnavailableError("m", "down"), EditorBusy, "down"),
    (ModelServerError("m", "broken"), EditorBusy, "broken"),
    (ModelConnectionError("m", "refused"), EditorBusy, "cannot be reached: refused"),
    (ModelTimeoutError("m", "late"), EditorBusy, "late"),
    (_caused(ModelAPIError("m", "gone"), httpx2.ReadError("reset")), EditorBusy, "gone"),
    (httpx2.ConnectTimeout("nobody there"), EditorBusy, "nobody there"),
    (TimeoutError("late"), EditorBusy, "late"),
    (ConnectionResetError("reset"), EditorBusy, "reset"),
    (ModelQuotaExceededError("m", "no credits"), EditorRejected, "no credits"),
    (ModelRequestRejectedError("m", "too big"), EditorRejected, "too big"),
    (ContentFilterError("blocked"), EditorRejected, "blocked"),
    (
        UnexpectedModelBehavior("X image generation response did not contain any images"),
        EditorRejected,
        "any images",
    ),
    (UnexpectedModelBehavior("not valid base64"), EditorError, "not valid base64"),
    (ModelAPIError("m", "Failed to decode response as JSON"), EditorError, "decode"),
    (UserError("only PNG, JPEG, or WebP"), EditorError, "only PNG"),
    (AgentRunError("something new"), EditorError, "something new"),
    (
        _caused(ModelAPIError("m", "no"), UnsupportedInstruction("no cats", clause="add a cat")),
        UnsupportedInstruction,
        "^no cats$",
    ),
]


@pytest.mark.parametrize(("raised", "kind", "says"), ERRORS, ids=lambda value: str(value)[:40])
async def test_every_failure_is_an_error_of_the_editors_border(
    raised: Exception, kind: type[EditloopError], says: str
) -> None:
    with pytest.raises(EditloopError, match=says) as caught:
        await HostedEditor(Fixed(raised)).edit(_request())
    assert type(caught.value) is kind


async def test_a_result_without_a_picture_is_a_refusal() -> None:
    with pytest.raises(EditorRejected, match="returned no picture"):
        await HostedEditor(_answers()).edit(_request())


async def test_an_error_of_programming_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        await HostedEditor(Fixed(ZeroDivisionError())).edit(_request())


@pytest.mark.parametrize("model", ["gpt-image-2", "nobody:model", "openai:dall-e-3"])
async def test_a_model_that_cannot_be_used_is_a_wrong_setting(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    with pytest.raises(SettingsError, match=model):
        HostedEditor(model)


async def test_a_missing_key_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        HostedEditor("openai:gpt-image-2")


async def test_an_extra_body_that_nothing_can_be_added_to_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="extra_body"):
        HostedEditor(TestImageGenerationModel(), settings={"extra_body": b"raw"})
