"""Our own wording of ImgEdit's protocol: three axes from 1 to 5 per edit type, one for the hard set."""

_AXES = {
    "replace": (
        "an object was replaced by another",
        "Prompt Compliance: the right object is gone and the asked one stands in its place",
        "Visual Naturalness: edges, style and perspective of the new object fit the scene",
        "Physical & Detail Integrity: light, shadow, scale and fine detail hold up to a close look",
    ),
    "remove": (
        "an object was removed",
        "Prompt Compliance: the asked object is gone, entirely, and nothing else",
        "Visual Naturalness: the place that it left is filled without seams or blur",
        "Physical & Detail Integrity: no shadow or reflection of it is left, detail is intact",
    ),
    "add": (
        "an object was added",
        "Prompt Compliance: the asked object is there, with the asked looks, number and place",
        "Visual Naturalness: it fits the scene in style, edges and colour",
        "Physical & Detail Coherence: light, shadow, scale and contact with the scene are right",
    ),
    "adjust": (
        "an attribute of an object was changed",
        "Prompt Compliance: the right object has the asked attribute, and only that changed",
        "Visual Seamlessness: the change has no visible borders or colour bleeding",
        "Physical & Detail Fidelity: shape, texture and light stay believable",
    ),
    "style": (
        "the style of the whole picture was changed",
        "Style Fidelity: the asked style is recognisable everywhere",
        "Content Preservation: objects, layout and identity are those of the original",
        "Rendering Quality: clean, coherent and free of artefacts",
    ),
    "action": (
        "a person or an animal was made to act",
        "Action Fidelity: the asked pose or action is there",
        "Identity Preservation: it is the same person or animal",
        "Visual & Anatomical Coherence: limbs, hands, face and scene are right",
    ),
    "extract": (
        "one object was cut out onto a plain background",
        "Object Identity: it is the asked object, unchanged",
        "Mask Precision: its outline is exact, nothing missing and nothing left over",
        "Visual Quality: the cut-out is sharp and clean",
    ),
    "background": (
        "the background was changed",
        "Instruction Compliance: the new background is the asked one, the foreground is kept",
        "Visual Seamlessness: foreground and background meet without halos or seams",
        "Physical Consistency: light, shadow and perspective agree between the two",
    ),
    "compose": (
        "several edits were asked for at once",
        "Instruction Compliance: every one of the edits was made, and nothing else",
        "Visual Naturalness: the edited parts fit the scene",
        "Physical Consistency & Fine Detail: light, scale and detail are right throughout",
    ),
}


def _words(what: str, *axes: str) -> str:
    rubric = "\n".join(axes)
    names = "\n".join(f"{axis.partition(':')[0]}: NUMBER" for axis in axes)
    return f"""\
You rate edited pictures. In this one {what}. You see two pictures: first the original, then the \
edited one.

Rate three things, each with a whole number from 1 to 5: 1 failed, 2 poor, 3 acceptable with clear \
faults, 4 good with small faults, 5 without fault.
{rubric}
The second and the third number must not be higher than the first.

Answer in exactly this form, on four lines:
Brief reasoning: at most 20 words
{names}

The instruction was: <instruction>
"""


WORDS = {name: _words(*each) for name, each in _AXES.items()} | {
    "hard": """\
You rate edited pictures. The instruction is a demanding one. You see two pictures: first the \
original, then the edited one.

Weigh four things: whether the instruction was carried out, whether the picture looks natural, \
whether the edit is as large as it has to be and no larger, and whether everything else is \
untouched. If anything else was changed the score is at most 3.

Answer in exactly this form, on two lines, with a whole number from 1 (failed) to 5 (without fault):
Brief reasoning: at most 20 words
Score: NUMBER

The instruction was: <instruction>
""",
}
