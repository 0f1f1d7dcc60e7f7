"""Pipelines at the full size of their architecture, with random weights made on the device.

The sizes are those that the models' published configurations name.
"""

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from ..measure import ROOT

sys.path.insert(0, str(ROOT / "tests"))  # the tokenizers of the tests, trained on the spot


def full_size(name: str, device: str, dtype: str) -> Any:
    """Make a pipeline on a device.

    Raises:
        KeyError: there is none of that name.
    """
    torch: Any = import_module("torch")
    with _made_on(torch, device, dtype):
        pipe = FULL[name]()
    for part in pipe.components.values():
        if isinstance(part, torch.nn.Module):
            part.to(getattr(torch, dtype)).eval()
    return pipe


def parameters(pipe: Any) -> float:
    """Billions of parameters."""
    torch: Any = import_module("torch")
    parts = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    return sum(each.numel() for part in parts for each in part.parameters()) / 1e9


@contextmanager
def _made_on(torch: Any, device: str, dtype: str) -> Generator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    torch.manual_seed(0)
    try:
        with torch.device(device):
            yield
    finally:
        torch.set_default_dtype(before)


def _kontext() -> Any:
    """FLUX.1 Kontext: a transformer of 12 billion parameters, T5-XXL and CLIP-L."""
    diffusers: Any = import_module("diffusers")
    transformers: Any = import_module("transformers")
    words: Any = import_module("engines.tiny.editor_words")
    clip, t5 = words.clip(), words.t5()
    long_text = transformers.T5Config(
        vocab_size=32_128,
        d_model=4096,
        d_kv=64,
        d_ff=10_240,
        num_layers=24,
        num_heads=64,
        feed_forward_proj="gated-gelu",
    )
    short_text = transformers.CLIPTextConfig(
        vocab_size=49_408,
        hidden_size=768,
        intermediate_size=3072,
        num_hidden_layers=12,
        num_attention_heads=12,
        max_position_embeddings=77,
        projection_dim=768,
        bos_token_id=clip.bos_token_id,
        eos_token_id=clip.eos_token_id,
        pad_token_id=clip.pad_token_id,
    )
    vae = diffusers.AutoencoderKL(
        in_channels=3,
        out_channels=3,
        latent_channels=16,
        layers_per_block=2,
        block_out_channels=(128, 256, 512, 512),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        scaling_factor=0.3611,
        shift_factor=0.1159,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    return diffusers.FluxKontextPipeline(
        scheduler=_flow(diffusers),
        vae=vae,
        text_encoder=transformers.CLIPTextModel(short_text),
        tokenizer=clip,
        text_encoder_2=transformers.T5EncoderModel(long_text),
        tokenizer_2=t5,
        transformer=diffusers.FluxTransformer2DModel(
            in_channels=64,
            num_layers=19,
            num_single_layers=38,
            attention_head_dim=128,
            num_attention_heads=24,
            joint_attention_dim=4096,
            pooled_projection_dim=768,
            guidance_embeds=True,
        ),
    )


def _qwen() -> Any:
    """Qwen-Image-Edit: a transformer of 20 billion parameters and Qwen2.5-VL 7B."""
    diffusers: Any = import_module("diffusers")
    transformers: Any = import_module("transformers")
    words: Any = import_module("engines.tiny.editor_words").qwen()
    number = words.convert_tokens_to_ids
    text = {
        "vocab_size": 152_064,
        "hidden_size": 3584,
        "intermediate_size": 18_944,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "bos_token_id": number("<|endoftext|>"),
        "eos_token_id": number("<|im_end|>"),
        "pad_token_id": number("<|endoftext|>"),
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 1e6,
            "mrope_section": [16, 24, 24],
        },
    }
    vision = {
        "depth": 32,
        "hidden_size": 1280,
        "intermediate_size": 3420,
        "num_heads": 16,
        "out_hidden_size": 3584,
        "window_size": 112,
        "fullatt_block_indexes": [7, 15, 23, 31],
    }
    config = transformers.Qwen2_5_VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
    )
    processor = transformers.Qwen2VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(),
        tokenizer=words,
        video_processor=transformers.Qwen2VLVideoProcessor(),
        chat_template=words.chat_template,
    )
    return diffusers.QwenImageEditPipeline(
        scheduler=_flow(diffusers),
        vae=diffusers.AutoencoderKLQwenImage(),
        text_encoder=transformers.Qwen2_5_VLForConditionalGeneration(config),
        tokenizer=words,
        processor=processor,
        transformer=diffusers.QwenImageTransformer2DModel(
            patch_size=2,
            in_channels=64,
            out_channels=16,
            num_layers=60,
            attention_head_dim=128,
            num_attention_heads=24,
            joint_attention_dim=3584,
            guidance_embeds=False,
        ),
    )


def _flow(diffusers: Any) -> Any:
    return diffusers.FlowMatchEulerDiscreteScheduler(
        use_dynamic_shifting=True,
        base_shift=0.5,
        max_shift=1.15,
        base_image_seq_len=256,
        max_image_seq_len=4096,
        shift=3.0,
    )


FULL: Mapping[str, Callable[[], Any]] = {"flux-kontext": _kontext, "qwen-image-edit": _qwen}
"""By the preset that calls them."""
