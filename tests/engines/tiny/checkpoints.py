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

from . import editor_words

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
    sources = (_HERE, Path(editor_words.__file__))
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
        "scheduler": _flow(),
        "vae": _vae(),
        "text_encoder": _clip_text(clip),
        "tokenizer": clip,
        "text_encoder_2": transformers.T5EncoderModel(config).eval(),
        "tokenizer_2": t5,
        "transformer": diffusers.FluxTransformer2DModel(
            patch_size=1, guidance_embeds=True, axes_dims_rope=(4, 6, 6), **_blocks(), **channels
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
        vocab_size=_rows(words),
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
    parts = _flux2_parts(guidance_embeds=True)
    model = transformers.Mistral3ForConditionalGeneration(config).eval()
    return diffusers.Flux2Pipeline(text_encoder=model, tokenizer=processor, **parts)


def _klein(*, distilled: bool = False) -> Any:
    words = editor_words.qwen()
    text = transformers.Qwen3Config(
        vocab_size=_rows(words),
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
    return {"scheduler": _flow(), "vae": vae.eval(), "transformer": transformer.eval()}


def _qwen_edit(cls: str) -> Any:
    model, words, processor = _qwen_vl()
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
        scheduler=_flow(),
        vae=vae.eval(),
        text_encoder=model,
        tokenizer=words,
        processor=processor,
        transformer=transformer.eval(),
    )


def _longcat() -> Any:
    model, words, processor = _qwen_vl()
    transformer = diffusers.LongCatImageTransformer2DModel(
        patch_size=1, in_channels=64, axes_dims_rope=[4, 6, 6], **_blocks()
    )
    return diffusers.LongCatImageEditPipeline(
        scheduler=_flow(),
        vae=_vae(),
        text_encoder=model,
        tokenizer=words,
        text_processor=processor,
        transformer=transformer.eval(),
    )


def _pix2pix() -> Any:
    words = editor_words.clip()
    return diffusers.StableDiffusionInstructPix2PixPipeline(
        vae=_vae(latents=4, flux=False),
        text_encoder=_clip_text(words),
        tokenizer=words,
        unet=_unet(cross_attention_dim=32),
        scheduler=_euler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _pix2pix_sdxl() -> Any:
    words = editor_words.clip()
    second = transformers.CLIPTextModelWithProjection(_clip_config(words)).eval()
    unet = _unet(
        cross_attention_dim=64,  # both texts side by side
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=32 + 6 * 8,
    )
    return diffusers.StableDiffusionXLInstructPix2PixPipeline(
        vae=_vae(latents=4, flux=False),
        text_encoder=_clip_text(words),
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


def _qwen_vl() -> tuple[Any, Any, Any]:
    """A tiny Qwen2.5-VL with its tokenizer and processor."""
    words = editor_words.qwen()
    number = words.convert_tokens_to_ids
    text = {
        "vocab_size": _rows(words),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "max_position_embeddings": 8192,
        "bos_token_id": number("<|endoftext|>"),
        "eos_token_id": number("<|im_end|>"),
        "pad_token_id": number("<|endoftext|>"),
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 1e6,
            "mrope_section": [2, 3, 3],  # 8 pairs of a head of 16
        },
    }
    vision = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 2,
        "patch_size": 14,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "out_hidden_size": 32,
        "window_size": 112,
        "fullatt_block_indexes": [1],
    }
    config = transformers.Qwen2_5_VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
    )
    looks = {
        "patch_size": 14,
        "merge_size": 2,
        "size": {"shortest_edge": 56 * 56, "longest_edge": 112 * 112},  # few tokens of any picture
    }
    processor = transformers.Qwen2VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(**looks),
        tokenizer=words,
        video_processor=transformers.Qwen2VLVideoProcessor(**looks),
        chat_template=words.chat_template,
    )
    return transformers.Qwen2_5_VLForConditionalGeneration(config).eval(), words, processor


def _clip_text(words: Any) -> Any:
    return transformers.CLIPTextModel(_clip_config(words)).eval()


def _clip_config(words: Any) -> Any:
    return transformers.CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        projection_dim=32,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        max_position_embeddings=77,
    )


def _vae(*, latents: int = 16, flux: bool = True) -> Any:
    scales: dict[str, Any] = {"scaling_factor": 0.18215}
    if flux:
        scales = {
            "use_quant_conv": False,
            "use_post_quant_conv": False,
            "shift_factor": 0.1159,
            "scaling_factor": 0.3611,
        }
    return diffusers.AutoencoderKL(
        in_channels=3,
        out_channels=3,
        latent_channels=latents,
        norm_num_groups=4,
        layers_per_block=1,
        block_out_channels=(8,) * 4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        sample_size=64,
        mid_block_add_attention=False,
        **scales,
    ).eval()


def _flow() -> Any:
    return diffusers.FlowMatchEulerDiscreteScheduler(
        use_dynamic_shifting=True,
        base_shift=0.5,
        max_shift=1.15,
        base_image_seq_len=256,
        max_image_seq_len=4096,
        shift=3.0,
    )


def _blocks() -> dict[str, int]:
    return {
        "num_layers": 1,
        "num_single_layers": 1,
        "attention_head_dim": 16,
        "num_attention_heads": 2,
        "joint_attention_dim": 32,
        "pooled_projection_dim": 32,
    }


def _rows(words: Any) -> int:
    """Rows of an embedding for a tokenizer, in steps of 64."""
    return (len(words) + 63) // 64 * 64


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
