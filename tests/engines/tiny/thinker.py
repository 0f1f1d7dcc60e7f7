"""A trained Qwen3-VL of half a million parameters: it looks at two pictures and writes a critique.

Architecture, tokenizer files and processor are those of the large ones, so that vLLM serves it by the
same code. It learns from `teacher`, and can be asked only by `TEMPLATE`: it knows no other words.
"""

import json
import random
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from tokenizers import AddedToken
from transformers import (
    AutoProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from . import editor_words, teacher, world

TEMPLATE = Path(__file__).with_name("template.txt")
"""The text that it was trained with, in the form of a user's own template."""

_STEPS, _BATCH, _RATE = 900, 16, 2e-3
_PATCH = 8
_HIDDEN = 64
_SEEN = 64  # hidden size of the vision tower
_CHAT = (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}"
    "{%- if message.content is string %}{{- message.content }}{%- else %}"
    "{%- for part in message.content %}"
    "{%- if part.type == 'image' or 'image' in part or 'image_url' in part %}"
    "{{- '<|vision_start|><|image_pad|><|vision_end|>' }}"
    "{%- elif 'text' in part %}{{- part.text }}{%- endif %}{%- endfor %}{%- endif %}"
    "{{- '<|im_end|>\\n' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
_IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"


def build(folder: Path) -> None:
    """Train it and save it as vLLM and transformers load it."""
    torch.set_num_threads(1)  # on tensors this small two threads wait for each other
    torch.manual_seed(0)
    model, processor = untrained(folder)
    _train(model, processor, random.Random(0))
    model.eval().save_pretrained(folder)


def untrained(folder: Path) -> tuple[Any, Any]:
    """Save it with random weights, and return the model and its processor."""
    folder.mkdir(parents=True, exist_ok=True)
    words = _words()
    model = Qwen3VLForConditionalGeneration(_config(words)).float()
    model.generation_config.eos_token_id = words.convert_tokens_to_ids("<|im_end|>")
    model.generation_config.pad_token_id = words.convert_tokens_to_ids("<|endoftext|>")
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    _write_looks(folder)
    return model, AutoProcessor.from_pretrained(folder)


def _words() -> Any:
    words = editor_words.qwen(700, [*teacher.sentences(), TEMPLATE.read_text()])
    tags = [AddedToken(tag, special=False, normalized=False) for tag in ("<think>", "</think>")]
    words.add_tokens(tags)
    words.chat_template = _CHAT
    return words


def _config(words: Any) -> Qwen3VLConfig:
    number = words.convert_tokens_to_ids
    text = {
        "vocab_size": (len(words) + 63) // 64 * 64,
        "hidden_size": _HIDDEN,
        "intermediate_size": 2 * _HIDDEN,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "max_position_embeddings": 8192,
        "rms_norm_eps": 1e-6,
        "tie_word_embeddings": False,
        "bos_token_id": number("<|endoftext|>"),
        "eos_token_id": number("<|im_end|>"),
        "pad_token_id": number("<|endoftext|>"),
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 1e4,
            "mrope_section": [6, 5, 5],  # 16 pairs of a head of 32
            "mrope_interleaved": True,
        },
    }
    vision = {
        "depth": 2,
        "hidden_size": _SEEN,
        "intermediate_size": 2 * _SEEN,
        "num_heads": 2,
        "patch_size": _PATCH,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "out_hidden_size": _HIDDEN,
        "num_position_embeddings": 64,
        "deepstack_visual_indexes": [0, 1],
    }
    return Qwen3VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
        tie_word_embeddings=False,
    )


def _write_looks(folder: Path) -> None:
    """How pictures are cut into patches."""
    looks = {
        "patch_size": _PATCH,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "size": {"shortest_edge": world.SIZE**2, "longest_edge": world.SIZE**2},  # areas, in pixels
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
        "processor_class": "Qwen3VLProcessor",
    }
    for kind, file in (("image", "preprocessor"), ("video", "video_preprocessor")):
        name = {"image": "Qwen2VLImageProcessor", "video": "Qwen3VLVideoProcessor"}[kind]
        text = json.dumps({**looks, f"{kind}_processor_type": name}, indent=1)
        (folder / f"{file}_config.json").write_text(text)


def _train(model: Any, processor: Any, rnd: random.Random) -> None:
    optimiser = torch.optim.AdamW(model.parameters(), _RATE, weight_decay=0.01)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=_STEPS, pct_start=0.1)
    scenes, began = world.training_scenes(rnd), perf_counter()
    model.train()
    for step in range(1, _STEPS + 1):
        lessons = [teacher.lesson(rnd, scene) for scene in islice(scenes, _BATCH)]
        loss = model(**_batch(processor, lessons)).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        rate.step()
        if step % (_STEPS // 8) == 0:
            seconds = perf_counter() - began
            print(f"thinker: {step}/{_STEPS}: loss {loss.item():.4f}, {seconds:.0f} s", flush=True)


def _batch(processor: Any, lessons: list[teacher.Lesson]) -> dict[str, torch.Tensor]:
    """Tokens and patches; only the answers are to be learned."""
    prompts = [prompt(each.asked, each.told) for each in lessons]
    answers = [f"{each.answer}<|im_end|>" for each in lessons]
    pictures = [picture for each in lessons for picture in (each.source, each.edited)]
    made = processor(
        text=[prompt + answer for prompt, answer in zip(prompts, answers, strict=True)],
        images=pictures,
        padding=True,
        padding_side="right",
        return_tensors="pt",
    )
    ends = made["attention_mask"].sum(1)
    lengths = [len(ids) for ids in processor.tokenizer(answers)["input_ids"]]
    labels = torch.full_like(made["input_ids"], -100)
    for row, (end, length) in enumerate(zip(ends.tolist(), lengths, strict=True)):
        labels[row, end - length : end] = made["input_ids"][row, end - length : end]
    return {**made, "labels": labels}


def prompt(asked: str, told: str) -> str:
    """What vLLM makes of one user message by the chat template."""
    text = TEMPLATE.read_text().strip().replace("<image>", "")
    text = text.replace("{original_instruction}", asked).replace("{rewritten_prompt}", told)
    return f"<|im_start|>user\n{_IMAGE}{_IMAGE}{text}<|im_end|>\n<|im_start|>assistant\n"
