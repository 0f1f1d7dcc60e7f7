"""Checkpoints of real edit pipelines with random weights: under two megabytes each, made in a second.

The code that loads and calls them is that of the large ones; the pictures are noise. Random weights
hardly depend on the picture and the instruction, so tests compare seeds, sizes and steps.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from . import editor_words, parts

diffusers: Any = import_module("diffusers")
torch: Any = import_module("torch")
transformers: Any = import_module("transformers")

_PARTS = (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}"
    "{%- for part in message.content %}{%- if part.type == 'image' %}{{- '[IMG]' }}"
    "{%- else %}{{- part.text }}{%- endif %}{%- endfor %}{{- '<|im_end|>\\n' }}{%- endfor %}"
)
_HERE = Path(__file__).resolve()


def checkpoint(name: str) -> Path:
    """The folder of a tiny checkpoint by the name of its preset, made when it is first wanted."""
    folder = _cache() / name
    if (folder / "model_index.json").is_file():
        return folder

    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=folder.parent))
    torch.manual_seed(0)
    try:
        PIPELINES[name]().save_pretrained(building)
        with suppress(OSError):  # another process was faster
            building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return folder


def _cache() -> Path:
    """Named by the code that makes them, so that a change makes them anew."""
    sources = (_HERE, Path(parts.__file__), Path(editor_words.__file__))
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in sources)).hexdigest()[:12]
    given = os.environ.get("EDITLOOP_ENGINES_CACHE")
    home = Path(given) if given else _HERE.parents[3] / ".engines-cache"
    return home / f"editors-{digest}"


def _kontext() -> Any:
    return diffusers.FluxKontextPipeline(**_flux(in_channels=64))


def _fill() -> Any:
    # 16 latents of the picture to paint, 16 of the masked one, 64 of the mask, in patches of 2x2
    return diffusers.FluxFillPipeline(**_flux(in_channels=384, out_channels=64))


def _flux(**channels: int) -> dict[str, Any]:
    clip, t5 = editor_words.clip(), editor_words.t5()
    config = transformers.T5Config(
        vocab_size=len(t5),
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=2,
        num_heads=2,
        feed_forward_proj="gated-gelu",
        pad_token_id=0,
        eos_token_id=1,
    )
    return {
        "scheduler": parts.flow(),
        "vae": parts.vae(),
        "text_encoder": parts.clip_text(clip),
        "tokenizer": clip,
        "text_encoder_2": transformers.T5EncoderModel(config).eval(),
        "tokenizer_2": t5,
        "transformer": diffusers.FluxTransformer2DModel(
            patch_size=1,
            guidance_embeds=True,
            axes_dims_rope=(4, 6, 6),
            **parts.blocks(),
            **channels,
        ).eval(),
    }


def _flux2() -> Any:
    words = editor_words.qwen()
    words.add_tokens(["[IMG]", "[IMG_BREAK]", "[IMG_END]"], special_tokens=True)
    processor = transformers.PixtralProcessor(
        image_processor=transformers.PixtralImageProcessor(patch_size=14),
        tokenizer=words,
        patch_size=14,
        chat_template=_PARTS,
    )
    text = transformers.MistralConfig(
        vocab_size=parts.rows(words),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=31,  # the pipeline taps layers 10, 20 and 30
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
    )
    vision = transformers.PixtralVisionConfig(
        hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2
    )
    config = transformers.Mistral3Config(
        text_config=text,
        vision_config=vision,
        image_token_index=words.convert_tokens_to_ids("[IMG]"),
    )
    shared = _flux2_parts(guidance_embeds=True)
    model = transformers.Mistral3ForConditionalGeneration(config).eval()
    return diffusers.Flux2Pipeline(text_encoder=model, tokenizer=processor, **shared)


def _klein(*, distilled: bool = False) -> Any:
    words = editor_words.qwen()
    text = transformers.Qwen3Config(
        vocab_size=parts.rows(words),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=28,  # the pipeline taps layers 9, 18 and 27
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=2048,
    )
    return diffusers.Flux2KleinPipeline(
        text_encoder=transformers.Qwen3ForCausalLM(text).eval(),
        tokenizer=words,
        is_distilled=distilled,
        **_flux2_parts(guidance_embeds=False),
    )


def _flux2_parts(*, guidance_embeds: bool) -> dict[str, Any]:
    transformer = diffusers.Flux2Transformer2DModel(
        patch_size=1,
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=48,
        timestep_guidance_channels=32,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=guidance_embeds,
    )
    vae = diffusers.AutoencoderKLFlux2(
        in_channels=3,
        out_channels=3,
        latent_channels=4,
        norm_num_groups=4,
        layers_per_block=1,
        block_out_channels=(8,) * 4,
        mid_block_add_attention=False,
        sample_size=64,
    )
    return {"scheduler": parts.flow(), "vae": vae.eval(), "transformer": transformer.eval()}


def _qwen_edit(cls: str) -> Any:
    model, words, processor = parts.qwen_vl()
    vae = diffusers.AutoencoderKLQwenImage(
        base_dim=8,
        z_dim=16,
        dim_mult=[1] * 4,
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
        latents_mean=[0.0] * 16,
        latents_std=[1.0] * 16,
    )
    transformer = diffusers.QwenImageTransformer2DModel(
        patch_size=2,
        in_channels=64,
        out_channels=16,
        num_layers=2,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        guidance_embeds=False,
        axes_dims_rope=(4, 6, 6),
    )
    return getattr(diffusers, cls)(
        scheduler=parts.flow(),
        vae=vae.eval(),
        text_encoder=model,
        tokenizer=words,
        processor=processor,
        transformer=transformer.eval(),
    )


def _longcat() -> Any:
    model, words, processor = parts.qwen_vl()
    transformer = diffusers.LongCatImageTransformer2DModel(
        patch_size=1, in_channels=64, axes_dims_rope=[4, 6, 6], **parts.blocks()
    )
    return diffusers.LongCatImageEditPipeline(
        scheduler=parts.flow(),
        vae=parts.vae(),
        text_encoder=model,
        tokenizer=words,
        text_processor=processor,
        transformer=transformer.eval(),
    )


def _pix2pix() -> Any:
    words = editor_words.clip()
    return diffusers.StableDiffusionInstructPix2PixPipeline(
        vae=parts.vae(latents=4, flux=False),
        text_encoder=parts.clip_text(words),
        tokenizer=words,
        unet=_unet(cross_attention_dim=32),
        scheduler=_euler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _pix2pix_sdxl() -> Any:
    words = editor_words.clip()
    second = transformers.CLIPTextModelWithProjection(parts.clip_config(words)).eval()
    unet = _unet(
        cross_attention_dim=64,  # both texts side by side
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=32 + 6 * 8,
    )
    return diffusers.StableDiffusionXLInstructPix2PixPipeline(
        vae=parts.vae(latents=4, flux=False),
        text_encoder=parts.clip_text(words),
        text_encoder_2=second,
        tokenizer=words,
        tokenizer_2=words,
        unet=unet,
        scheduler=_euler(),
        add_watermarker=False,
    )


def _unet(**more: Any) -> Any:
    return diffusers.UNet2DConditionModel(
        in_channels=8,
        out_channels=4,
        sample_size=32,
        layers_per_block=1,
        norm_num_groups=4,
        block_out_channels=(8, 16),
        attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        **more,
    ).eval()


def _euler() -> Any:
    return diffusers.EulerAncestralDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"
    )


PIPELINES: Mapping[str, Callable[[], Any]] = {
    "flux-kontext": _kontext,
    "flux-fill": _fill,
    "flux2": _flux2,
    "flux2-klein": _klein,
    "flux2-klein-distilled": partial(_klein, distilled=True),
    "qwen-image-edit": partial(_qwen_edit, "QwenImageEditPipeline"),
    "qwen-image-edit-plus": partial(_qwen_edit, "QwenImageEditPlusPipeline"),
    "longcat-image-edit": _longcat,
    "instruct-pix2pix": _pix2pix,
    "instruct-pix2pix-sdxl": _pix2pix_sdxl,
}
"""By the name of the preset that calls them."""
