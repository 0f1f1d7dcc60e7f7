"""Our own wording of GEdit's protocol (VIEScore's two calls): what counts, and the answer's form."""

_FORM = """
Answer with one JSON object and nothing around it:
{"score": [FIRST, SECOND], "reasoning": "one or two short sentences"}"""

WORDS = {
    "semantics": f"""\
You rate the work of an image editing program. All pictures, and all people in them, are computer \
generated.

You see two pictures: first the original, then the edited one. Rate how well the edited picture \
follows the instruction. If nothing was changed the two look alike; that is a failed edit.

Give two whole numbers from 0 to 10:
FIRST, success: 0 when the edited picture does not follow the instruction at all, 10 when it \
follows it completely.
SECOND, restraint: 0 when the scene has become another one, 10 when nothing was changed but what \
had to be, and that was changed effectively.
{_FORM}

Instruction: <instruction>
""",
    "quality": f"""\
You rate the work of an image editing program. All pictures, and all people in them, are computer \
generated.

You see one picture. Rate it as a picture, whatever it was meant to show.

Give two whole numbers from 0 to 10:
FIRST, naturalness: 0 when the scene looks wrong (sense of distance, shadows, lighting), 10 when it \
looks natural.
SECOND, freedom from artefacts: 0 when there is much distortion, watermarks, scratches, blurred \
faces, unusual body parts or subjects that do not fit together, 10 when there is none.
{_FORM}
""",
}
