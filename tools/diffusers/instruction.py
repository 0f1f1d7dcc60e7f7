"""The instruction, held against what the pipeline's tokenizer takes."""

import sys
from collections.abc import Callable
from typing import Any, cast

from ...memory import EditorRejected
from .preset import Preset

_MOST = 20_000  # characters; nobody's instruction is longer, and counting its tokens takes time


def check(instruction: str) -> None:
    """Refuse what no pipeline can follow.

    Raises:
        EditorRejected: it is empty or enormous.
    """
    if not instruction.strip():
        raise EditorRejected("the instruction is empty: say what to change")

    if len(instruction) > _MOST:
        raise EditorRejected(
            f"the instruction has {len(instruction):,} characters, more than {_MOST:,}: shorten it"
        )


def fitted(instruction: str, preset: Preset, pipe: Any) -> tuple[str, str]:
    """Cut an instruction to what the pipeline reads; return it and a note, empty if it fits.

    Only in the worker's thread: tokenizers must not be used by two threads.

    Raises:
        EditorRejected: it holds a control word of the model.
    """
    words = preset.words
    tokenizer = getattr(pipe, words.tokenizer, None) if words else None
    if words is None or tokenizer is None:
        return instruction, ""

    tokenizer = getattr(tokenizer, "tokenizer", tokenizer)  # FLUX.2 keeps it in a processor
    if words.chat:
        _refuse_control(instruction, tokenizer)
    count = _counter(tokenizer, pipe)
    total = count(instruction)
    if total <= words.tokens:
        return instruction, ""

    kept = _cut(instruction, words.tokens, count)
    return kept, (
        f"the instruction has {total:,} tokens and this pipeline reads {words.tokens}: "
        f"it was cut after {kept[-30:]!r}"
    )


def _refuse_control(instruction: str, tokenizer: Any) -> None:
    special = cast("list[str]", getattr(tokenizer, "all_special_tokens", []))
    added = cast("dict[str, int]", getattr(tokenizer, "added_tokens_encoder", {}))
    for word in {*special, *added}:
        if word.strip() and word in instruction:
            raise EditorRejected(
                f"the instruction holds {word!r}, which is a control word of this model: "
                "take it out"
            )


def _counter(tokenizer: Any, pipe: Any) -> Callable[[str], int]:
    """Count tokens as the pipeline does; LongCat's reads quoted text letter by letter."""
    split = getattr(sys.modules.get(type(pipe).__module__), "split_quotation", None)
    if split is None:
        return lambda text: len(tokenizer(text, verbose=False)["input_ids"])

    def count(text: str) -> int:
        parts = [each for part, quoted in split(text) for each in (part if quoted else [part])]
        return sum(
            len(tokenizer(part, add_special_tokens=False, verbose=False)["input_ids"])
            for part in parts
        )

    return count


def _cut(instruction: str, tokens: int, count: Callable[[str], int]) -> str:
    """The longest beginning that fits, by halving."""
    low, high = 0, len(instruction)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(instruction[:middle]) <= tokens else (low, middle - 1)

    return instruction[:low]
