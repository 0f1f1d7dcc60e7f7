"""How servers of `/v1/images/edits` differ.

vLLM-Omni 0.30 and our own server were tried; the others are written from their documentation or source (OpenAI,
SGLang diffusion 0.5.23, LiteLLM).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One server's spelling."""

    one: str = "image"
    """The name of the picture's part when it is the only one."""

    many: str = "image[]"
    """The name of every picture's part when there are several."""

    references: int = 0
    """Pictures beside the source; the model may take fewer."""

    mask: str = ""
    """The name of the mask's part; empty: takes none."""

    paint: Literal["white", "transparent"] = "white"
    """How a mask marks where the editor may paint."""

    seed: str = ""
    """The name of the seed's field; empty: takes none."""

    size: str = ""
    """The `size` that is sent unless another is asked for; empty: none."""

    keeps_size: bool = False
    """With its usual `size`, the answer has the size of the source."""

    response_format: str = ""
    """What is sent as `response_format`; empty: nothing, because the server refuses the field."""

    key: str = ""
    """The header of idempotency keys; empty: knows none."""

    honours: frozenset[str] | None = None
    """Further fields that the server reads; None: not known, all are sent without a word."""


_COMMON = frozenset({"background", "output_format", "output_compression", "quality", "user"})
_DIFFUSION = frozenset(
    {
        "negative_prompt",
        "num_inference_steps",
        "guidance_scale",
        "true_cfg_scale",
        "generator_device",
        "output_format",
        "output_compression",
    }
)

DIALECTS: Mapping[str, Dialect] = {
    "plain": Dialect(references=0, seed="seed", key="Idempotency-Key"),
    "openai": Dialect(
        references=15,
        mask="mask",
        paint="transparent",
        size="auto",
        key="Idempotency-Key",
        honours=_COMMON | {"input_fidelity", "moderation", "safety_identifier"},
    ),
    "litellm": Dialect(references=15, mask="mask", paint="transparent"),
    "vllm-omni": Dialect(
        references=3,
        mask="mask_image",
        seed="seed",
        size="auto",
        keeps_size=True,
        response_format="b64_json",
        honours=_DIFFUSION | {"guidance_scale_2", "strength", "lora", "layers", "resolution"},
    ),
    "editloop": Dialect(
        references=15,
        mask="mask",
        seed="seed",
        size="auto",
        response_format="b64_json",
        key="Idempotency-Key",
        honours=_DIFFUSION | {"image_guidance_scale", "text_guidance_scale", "strength"},
    ),
    "sglang": Dialect(
        references=3,
        mask="mask",
        seed="seed",
        response_format="b64_json",
        honours=_DIFFUSION
        | {
            "enable_teacache",
            "enable_cache_dit",
            "task_type",
            "enhance_prompt",
            "enable_upscaling",
        },
    ),
}
