"""Our editors as image models of pydantic-ai.

generator = ImageGenerator(EditorModel(Retouch()))
result = await generator.generate("make it warmer", images=[photo])
"""

import binascii
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import cast

import httpx2
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelRequestRejectedError,
    ModelUnavailableError,
    UserError,
)
from pydantic_ai.images import (
    GeneratedImage,
    ImageGenerationInput,
    ImageGenerationModel,
    ImageGenerationResult,
    ImageGenerationSettings,
)
from pydantic_ai.messages import BinaryContent, BinaryImage, ImageUrl
from pydantic_ai.models import download_item
from pydantic_ai.usage import RequestUsage

from ..memory import EditloopError, EditorRejected, InputError
from .editor import Edited, Editor, EditRequest, Picture
from .hosted import KEY, MASK, NOTES, SEED


class EditorModel(ImageGenerationModel):
    """An editor of ours as an image model.

    The first image is the source, the others are references. `extra_body` may hold `seed` (a whole
    number from 0) and `mask` (a data URI, white where the editor may paint); the header
    `Idempotency-Key` is the request's key. Sizes and aspect ratios belong into the instruction.
    Errors keep the editor's message, and the editor's own error is their cause:
    `ModelUnavailableError` when another try makes sense, `ModelRequestRejectedError` when the editor
    cannot or will not do it, `ModelAPIError` otherwise, and `UserError` for a wrong call.
    """

    def __init__(self, editor: Editor, *, settings: ImageGenerationSettings | None = None) -> None:
        super().__init__(settings=settings)
        self._editor = editor

    @property
    def model_name(self) -> str:
        """The editor's name."""
        return self._editor.name

    @property
    def system(self) -> str:
        """Always `editloop`."""
        return "editloop"

    async def generate(
        self,
        prompt: str,
        *,
        images: Sequence[ImageGenerationInput] | None = None,
        settings: ImageGenerationSettings | None = None,
    ) -> ImageGenerationResult:
        """Edit the first image as the prompt says.

        Raises:
            UserError: no image, an uploaded file, or a setting that no editor takes.
            ModelRequestRejectedError: the editor cannot or will not carry it out.
            ModelUnavailableError: it is busy; the same call may succeed later.
            ModelAPIError: anything else that went wrong in the editor.
        """
        prompt, given, settings = self.prepare_generate(prompt, images=images, settings=settings)
        pictures = [await _picture(image) for image in given]
        if not pictures:
            raise UserError("an editor edits: give the picture to be edited as the first image")

        request = _request(prompt, pictures, settings)
        try:
            edited = await self._editor.edit(request)
        except EditloopError as error:
            raise _raised(error, self.model_name) from error

        return self._result(prompt, edited)

    def _result(self, prompt: str, edited: Edited) -> ImageGenerationResult:
        picture = edited.picture
        content = BinaryImage(data=picture.data, media_type=picture.media_type)
        kind = picture.media_type.removeprefix("image/")
        return ImageGenerationResult(
            images=[GeneratedImage(content=content, output_format=kind)],
            prompt=prompt,
            model_name=self.model_name,
            provider_name=self.system,
            usage=RequestUsage(cost=Decimal(str(edited.cost))),
            provider_details={"seconds": edited.seconds, NOTES: list(edited.notes)},
        )


def _request(
    prompt: str, pictures: Sequence[Picture], settings: ImageGenerationSettings
) -> EditRequest:
    """Refuse what would otherwise be ignored in silence."""
    body: object = settings.get("extra_body") or {}
    if not isinstance(body, Mapping):
        raise UserError(f"extra_body must be a mapping with {SEED!r} or {MASK!r}, not {body!r}")

    fields = dict(cast("Mapping[object, object]", body))
    seed, mask = fields.pop(SEED, 0), fields.pop(MASK, None)
    known = {"extra_body", "extra_headers"}
    if strange := [
        *fields,
        *(name for name, value in settings.items() if value and name not in known),
    ]:
        raise UserError(f"an editor takes no {strange[0]!r}: say it in the instruction instead")

    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise UserError(f"the seed {seed!r} is not a whole number from 0")

    return EditRequest(
        source=pictures[0],
        instruction=prompt,
        seed=seed,
        mask=_mask(mask) if mask is not None else None,
        references=tuple(pictures[1:]),
        key=(settings.get("extra_headers") or {}).get(KEY, ""),
    )


async def _picture(image: ImageGenerationInput) -> Picture:
    """The bytes as they are; a URL is fetched under pydantic-ai's rules against private addresses."""
    if isinstance(image, BinaryImage):
        return Picture(image.data, image.media_type)

    if isinstance(image, ImageUrl):
        try:
            item = await download_item(image, data_format="bytes")
        except (ValueError, httpx2.HTTPError, OSError) as error:
            raise UserError(f"the picture {image.url} cannot be fetched: {error}") from error

        return Picture(item["data"], item["data_type"])

    raise UserError("an editor takes BinaryImage and ImageUrl; it cannot reach an UploadedFile")


def _mask(value: object) -> Picture:
    try:
        content = BinaryContent.from_data_uri(str(value))
    except (ValueError, binascii.Error) as error:
        raise UserError(f"the mask must be a data URI of a picture: {error}") from error

    return Picture(content.data, content.media_type)


def _raised(error: EditloopError, name: str) -> ModelAPIError:
    if error.retryable:
        return ModelUnavailableError(name, str(error))

    if isinstance(error, InputError | EditorRejected):
        return ModelRequestRejectedError(name, str(error))

    return ModelAPIError(name, str(error))
