"""The tiny components that several pipelines share."""

from importlib import import_module
from typing import Any

from . import editor_words

diffusers: Any = import_module("diffusers")
torch: Any = import_module("torch")
transformers: Any = import_module("transformers")


def qwen_vl() -> tuple[Any, Any, Any]:
    """A tiny Qwen2.5-VL with its tokenizer and processor."""
    words = editor_words.qwen()
    number = words.convert_tokens_to_ids
    text = {
        "vocab_size": rows(words),
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


def clip_text(words: Any) -> Any:
    return transformers.CLIPTextModel(clip_config(words)).eval()


def clip_config(words: Any) -> Any:
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


def vae(*, latents: int = 16, flux: bool = True) -> Any:
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


def flow() -> Any:
    return diffusers.FlowMatchEulerDiscreteScheduler(
        use_dynamic_shifting=True,
        base_shift=0.5,
        max_shift=1.15,
        base_image_seq_len=256,
        max_image_seq_len=4096,
        shift=3.0,
    )


def blocks() -> dict[str, int]:
    return {
        "num_layers": 1,
        "num_single_layers": 1,
        "attention_head_dim": 16,
        "num_attention_heads": 2,
        "joint_attention_dim": 32,
        "pooled_projection_dim": 32,
    }


def rows(words: Any) -> int:
    """Rows of an embedding for a tokenizer, in steps of 64."""
    return (len(words) + 63) // 64 * 64
