"""Tokenizers for the tiny editors, trained in a moment on a few lines."""

import json
from collections.abc import Sequence
from importlib import import_module
from typing import Any

tokenizers: Any = import_module("tokenizers")
transformers: Any = import_module("transformers")
pre: Any = import_module("tokenizers.pre_tokenizers")
trainers: Any = import_module("tokenizers.trainers")

CORPUS = (
    "Describe the key features of the input image, then explain how the instruction alters it.",
    "Replace the red square with a blue circle, remove the person, add a hat, make the sky orange.",
    "Change the background to snow, sharpen the photograph, brighten the left half of the picture.",
)
_CONTROL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
_CHAT = (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' }}"
    "{{- message.content + '<|im_end|>\\n' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)


def qwen(size: int = 600, corpus: Sequence[str] = CORPUS) -> Any:
    """Byte pairs with the control words of Qwen's models."""
    words = tokenizers.Tokenizer(tokenizers.models.BPE())
    words.normalizer = tokenizers.normalizers.NFC()
    words.pre_tokenizer = pre.ByteLevel(add_prefix_space=False)
    words.decoder = tokenizers.decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(_CONTROL),
        show_progress=False,
        initial_alphabet=pre.ByteLevel.alphabet(),
    )
    words.train_from_iterator(corpus, trainer)
    vocabulary, merges = _model(words)
    made = transformers.Qwen2Tokenizer(
        vocab=vocabulary,
        merges=merges,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        model_max_length=32_768,
    )
    added = [tokenizers.AddedToken(each, special=True, normalized=False) for each in _CONTROL]
    made.add_tokens(added, special_tokens=True)
    made.chat_template = _CHAT
    return made


def clip(size: int = 600, corpus: Sequence[str] = CORPUS) -> Any:
    """Byte pairs whose last piece is marked, every byte among them, so that nothing is unknown."""
    words = tokenizers.Tokenizer(
        tokenizers.models.BPE(end_of_word_suffix="</w>", unk_token="<|endoftext|>")
    )
    words.normalizer = tokenizers.normalizers.Lowercase()
    words.pre_tokenizer = pre.ByteLevel(add_prefix_space=False)
    alphabet = pre.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        end_of_word_suffix="</w>",
        initial_alphabet=alphabet,
        show_progress=False,
        special_tokens=["<|startoftext|>", "<|endoftext|>"],
    )
    words.train_from_iterator(corpus, trainer)
    vocabulary, merges = _model(words)
    for letter in sorted(alphabet):
        vocabulary.setdefault(f"{letter}</w>", len(vocabulary))
    return transformers.CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)


def t5(size: int = 400) -> Any:
    """A unigram model of words and letters."""
    words = tokenizers.Tokenizer(tokenizers.models.Unigram())
    words.pre_tokenizer = pre.Sequence([pre.WhitespaceSplit(), pre.Metaspace()])
    letters = [chr(code) for code in range(33, 127)]
    trainer = trainers.UnigramTrainer(
        vocab_size=size,
        unk_token="<unk>",
        initial_alphabet=letters,
        show_progress=False,
        special_tokens=["<pad>", "</s>", "<unk>"],
    )
    words.train_from_iterator([*CORPUS, " ".join(letters)], trainer)
    pieces = json.loads(words.to_str())["model"]["vocab"]
    vocabulary = [tuple(piece) for piece in pieces]
    return transformers.T5Tokenizer(vocab=vocabulary, extra_ids=0, model_max_length=512)


def _model(words: Any) -> tuple[dict[str, int], list[tuple[str, str]]]:
    model = json.loads(words.to_str())["model"]
    merges: list[tuple[str, str]] = [tuple(each) for each in model["merges"]]
    return dict(model["vocab"]), merges
