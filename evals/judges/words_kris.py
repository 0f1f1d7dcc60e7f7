"""Our own wording of KRIS's protocol: consistency, instruction (and knowledge), quality; 1 to 5."""

_HEAD = "You rate the work of an image editing program with whole numbers from 1 to 5."
_SCALE = "1 is a failure, 2 poor, 3 half right, 4 right with small faults, 5 without fault."


def _form(*names: str) -> str:
    fields = ", ".join(f'"{name}_score": NUMBER, "{name}_reasoning": "short"' for name in names)
    return f"Answer with one JSON object and nothing around it:\n{{{fields}}}"


def _words(task: str, *names: str, told: str = "The instruction was: <instruction>") -> str:
    return "\n\n".join(each for each in (_HEAD, task, _SCALE, _form(*names), told) if each)


WORDS = {
    "consistency": _words(
        "Compare the edited picture with the original. Rate whether everything that the "
        "instruction does not ask to change has stayed the same: objects, background, layout, "
        "style, identity. List for yourself what had to stay before you decide.",
        "consistency",
    ),
    "quality": _words(
        "Look at the edited picture alone. Rate its structure, naturalness, texture and freedom "
        "from artefacts. Low resolution alone is no fault.",
        "quality",
        told="",
    ),
    "instruction": _words(
        "Name for yourself the differences between the two pictures, then what the instruction "
        "should lead to, then compare. Rate only whether the asked change was made, fully and "
        "correctly.",
        "instruction",
    ),
    "dual": _words(
        "The instruction needs knowledge of the world. Rate two things. Instruction: whether the "
        "asked change was made. Knowledge: whether what is shown agrees with the explanation below "
        "and with what is known; if the instruction score is 1 or 2, the knowledge score is 1.",
        "instruction",
        "knowledge",
        told="The instruction was: <instruction>\nExplanation: <explanation>",
    ),
    "viewpoint": _words(
        "The viewpoint was to be changed. Compare the edited picture with the ground truth, which "
        "is the last picture. Rate whether the asked viewpoint was reached.",
        "instruction",
    ),
    "multi-consistency": _words(
        "The edited picture was to be composed of elements of the reference pictures. Rate whether "
        "each element taken from them has kept its identity and looks.",
        "consistency",
    ),
    "multi-instruction": _words(
        "The edited picture was to be composed of elements of the reference pictures. Rate whether "
        "all asked elements are there and arranged as asked.",
        "instruction",
    ),
    "temporal-consistency": _words(
        "You see the frames of a sequence in their order; one of them was predicted by a program. "
        "Rate whether the predicted frame keeps the subject, the scene and the style of the others.",
        "consistency",
    ),
    "temporal-instruction": _words(
        "You see the frames of a sequence in their order; one of them was predicted by a program. "
        "Rate whether the predicted frame is a plausible step of the sequence, as asked.",
        "instruction",
    ),
}
