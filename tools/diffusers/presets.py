"""The pipelines that are known by name.

Defaults are those of the official EditThinker services where they serve the model, else those of the
model's authors. Verified against the code of diffusers 0.42.1.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import log

from ...memory import SettingsError
from .preset import Guidance, Preset, Words
from .sizes import MEGAPIXEL, SizeRule

_QWEN_READS = SizeRule(multiple=32, enlarges=True, rounding="nearest")
_QWEN_CFG = Guidance(
    scales={"true_cfg_scale": 4.0}, cfg="true_cfg_scale", negative=" ", embedded="guidance_scale"
)
_LIGHTNING = "lightx2v/Qwen-Image-Lightning/Qwen-Image-Edit-Lightning-{}steps-V1.0.safetensors"

_FLUX2_SIZE = SizeRule(longest=7.5)  # it refuses 8, which rounding must not reach

_KONTEXT = Preset(
    name="flux-kontext",
    model="black-forest-labs/FLUX.1-Kontext-dev",
    cls="FluxKontextPipeline",
    batches=True,
    steps=28,
    guidance=Guidance(
        scales={"guidance_scale": 2.5, "true_cfg_scale": 1.0},
        cfg="true_cfg_scale",
        negative=" ",
        embedded="guidance_scale",
    ),
    words=Words(tokens=512, tokenizer="tokenizer_2"),
    area_as="max_area",
    quantised=("transformer", "text_encoder_2"),
)
_QWEN = Preset(
    name="qwen-image-edit",
    model="Qwen/Qwen-Image-Edit",
    cls="QwenImageEditPipeline",
    batches=True,
    steps=50,
    guidance=_QWEN_CFG,
    words=Words(tokens=1024, chat=True),
    size=_QWEN_READS,
    reads=_QWEN_READS,
)
_PLUS = replace(
    _QWEN,
    name="qwen-image-edit-plus",
    model="Qwen/Qwen-Image-Edit-2511",
    cls="QwenImageEditPlusPipeline",
    listed=True,
    references=2,
    batches=False,
    steps=40,
)
_LIGHTNING_8 = replace(
    _QWEN,
    name="qwen-image-edit-lightning",
    steps=8,
    guidance=replace(_QWEN_CFG, scales={"true_cfg_scale": 1.0}),
    loras=(_LIGHTNING.format(8),),
    scheduler={
        "base_shift": log(3),  # distilled at a shift of 3
        "max_shift": log(3),
        "shift": 1.0,
        "shift_terminal": None,
        "use_dynamic_shifting": True,
        "time_shift_type": "exponential",
    },
)
_LONGCAT = Preset(
    name="longcat-image-edit",
    model="meituan-longcat/LongCat-Image-Edit",
    cls="LongCatImageEditPipeline",
    steps=50,
    guidance=Guidance(scales={"guidance_scale": 4.5}, cfg="guidance_scale", negative=""),
    words=Words(tokens=512, chat=True),
    size=SizeRule(enlarges=True, rounding="up"),
    sized=None,
    callback="scheduler",
)
_PIX2PIX = Preset(
    name="instruct-pix2pix",
    model="timbrooks/instruct-pix2pix",
    cls="StableDiffusionInstructPix2PixPipeline",
    batches=True,
    steps=100,
    guidance=Guidance(
        scales={"guidance_scale": 7.5, "image_guidance_scale": 1.5},
        cfg="guidance_scale",
        negative="",
        floors={"image_guidance_scale": 1.0},
    ),
    words=Words(tokens=77),
    size=SizeRule(multiple=8, area=512 * 512),
    sized=None,
    quantised=("unet", "text_encoder"),
)

_ALL = (
    _KONTEXT,
    Preset(
        name="flux2",
        model="black-forest-labs/FLUX.2-dev",
        cls="Flux2Pipeline",
        listed=True,
        references=9,
        steps=50,
        guidance=Guidance(scales={"guidance_scale": 4.0}, embedded="guidance_scale"),
        size=_FLUX2_SIZE,
        words=Words(tokens=420, chat=True),  # 512 with the system message around it
    ),
    Preset(
        name="flux2-klein",
        model="black-forest-labs/FLUX.2-klein-4B",
        cls="Flux2KleinPipeline",
        listed=True,
        references=3,
        steps=4,
        undistilled_steps=50,
        guidance=Guidance(scales={"guidance_scale": 4.0}, cfg="guidance_scale"),
        size=_FLUX2_SIZE,
        words=Words(tokens=490, chat=True),  # 512 with the template around it
    ),
    _QWEN,
    _PLUS,
    replace(_PLUS, name="qwen-image-edit-2511"),
    replace(_PLUS, name="qwen-image-edit-2509", model="Qwen/Qwen-Image-Edit-2509"),
    _LIGHTNING_8,
    replace(
        _LIGHTNING_8,
        name="qwen-image-edit-lightning-4",
        steps=4,
        loras=(_LIGHTNING.format(4),),
    ),
    _LONGCAT,
    _PIX2PIX,
    replace(
        _PIX2PIX,
        name="instruct-pix2pix-sdxl",
        model="diffusers/sdxl-instructpix2pix-768",
        cls="StableDiffusionXLInstructPix2PixPipeline",
        guidance=replace(
            _PIX2PIX.guidance, scales={"guidance_scale": 5.0, "image_guidance_scale": 1.5}
        ),
        size=SizeRule(multiple=8, area=768 * 768),
        sized=("width", "height"),
        callback="scheduler",  # it still has the old callback, which cannot stop it
        quantised=("unet", "text_encoder_2"),
    ),
    Preset(
        name="flux-fill",
        model="black-forest-labs/FLUX.1-Fill-dev",
        cls="FluxFillPipeline",
        mask="mask_image",
        batches=True,
        steps=50,
        guidance=Guidance(scales={"guidance_scale": 30.0}, embedded="guidance_scale"),
        words=Words(tokens=512, tokenizer="tokenizer_2"),
        quantised=("transformer", "text_encoder_2"),
    ),
    Preset(
        name="omnigen2",
        model="OmniGen2/OmniGen2",
        elsewhere="diffusers has no OmniGen2: serve it with vLLM-Omni and use "
        "images+http://HOST:PORT/v1?model=OmniGen2/OmniGen2, or use the official service with "
        "editthinker+http://HOST:8007?preset=omnigen2",
    ),
    Preset(
        name="step1x-edit",
        model="stepfun-ai/Step1X-Edit",
        elsewhere="diffusers has no Step1X-Edit, only a fork of it by its authors: serve it behind "
        "/v1/images/edits or ComfyUI, or install that fork and use diffusers:custom?model=FOLDER",
    ),
    Preset(name="custom", size=SizeRule(area=MEGAPIXEL)),
)

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in _ALL}
"""By name; `custom` is any other pipeline, called by what its signature says."""

ALIASES: Mapping[str, str] = {
    "kontext": "flux-kontext",
    "longcat": "longcat-image-edit",
    "qwen-edit": "qwen-image-edit",
    "qwen-edit-lightning": "qwen-image-edit-lightning",
}


def preset(name: str) -> Preset:
    """Look a preset up.

    Raises:
        SettingsError: there is none of that name, or this process cannot run it.
    """
    found = PRESETS.get(ALIASES.get(name, name))
    if found is None:
        raise SettingsError(f"there is no preset {name!r}: one of {', '.join(PRESETS)}")

    if found.elsewhere:
        raise SettingsError(found.elsewhere)

    return found
