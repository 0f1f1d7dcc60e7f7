"""What the description says of the paths that OpenAI's clients ask."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .events import SSE
from .images_asked import EditsAsked
from .spec import Media, Operation

_LONGEST = 20_000_000


class ImageUrl(BaseModel):
    """One picture of a JSON body."""

    image_url: str | None = Field(
        default=None, description="A data URL, or a handle such as `editloop://image/<sha256>`."
    )
    file_id: str | None = Field(default=None, description="The hash of a picture that was sent.")


class EditsBody(EditsAsked):
    """An edit in OpenAI's words, as JSON."""

    images: list[ImageUrl | str] = Field(
        default_factory=list[ImageUrl | str], description="The source first; `image` does as well."
    )
    mask: ImageUrl | str | None = Field(
        default=None, description="Transparent where the editor may paint."
    )


class EditsForm(EditsAsked):
    """An edit in OpenAI's words, as a form."""

    image: list[bytes] = Field(description="The source first; `image[]` does as well.")
    mask: bytes | None = Field(default=None, description="Transparent where the editor may paint.")


class Datum(BaseModel):
    """One picture of an answer."""

    model_config = ConfigDict(extra="allow")

    b64_json: str | None = Field(default=None, max_length=_LONGEST)
    url: str | None = None
    revised_prompt: str = Field(description="The last refined instruction.")


class EditsMade(BaseModel):
    """The best turns of the runs."""

    model_config = ConfigDict(extra="allow")

    created: int
    data: list[Datum]
    output_format: str
    background: str
    size: str
    quality: str
    usage: dict[str, Any]
    editloop: dict[str, Any] = Field(description="The runs, with scores.")


class ModelSaid(BaseModel):
    """One name."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsSaid(BaseModel):
    """All names."""

    object: Literal["list"]
    data: list[ModelSaid]


class ErrorSaid(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIError(BaseModel):
    """OpenAI's error object."""

    error: ErrorSaid


OPERATIONS = (
    Operation(
        "POST",
        "/v1/images/edits",
        "edit_images",
        "Edit pictures, as OpenAI's clients ask it.",
        "Every picture of the answer is a run; with `stream` its turns come as partial pictures.",
        headers=("Idempotency-Key",),
        asks=EditsBody,
        form=EditsForm,
        answers={200: (EditsMade, Media((SSE,), binary=False))},
        problems=(400, 404, 408, 413, 415, 422, 429, 502),
        tells=("x-editloop-run", "x-editloop-score", "x-editloop-ignored", "Idempotency-Replayed"),
        tag="openai",
        openai=True,
    ),
    Operation(
        "GET",
        "/v1/models",
        "list_models",
        "List the names that `model` takes.",
        "",
        answers={200: ModelsSaid},
        tag="openai",
        openai=True,
    ),
    Operation(
        "GET",
        "/v1/models/{model}",
        "get_model",
        "Look at one name.",
        "",
        answers={200: ModelSaid},
        problems=(404,),
        tag="openai",
        openai=True,
    ),
)
