"""What is beyond retouching, or not understood to its last word, is refused by name."""

import pytest

from editloop.memory import InputError, UnsupportedInstruction
from editloop.tools.retouch.english import read, suggest
from editloop.tools.retouch.english.refusals import OPERATIONS

REFUSED = {
    "add a cat on the roof": "add a cat on the roof",
    "remove the person": "remove the person",
    "change the background": "change the background",
    "blur the background": "blur the background",
    "make the car red": "make the car red",
    "the yellow car more saturated": "the yellow car more saturated",
    "brighten the yellow car": "brighten the yellow car",
    "remove the dog from the left": "remove the dog from the left",
    "put a hat on the man": "put a hat on the man",
    "replace the sky with a sunset": "replace the sky with a sunset",
    "make it look like a painting": "make it look like a painting",
    "turn day into night": "turn day into night",
    "turn the photo into a watercolour": "turn the photo into a watercolour",
    "make her smile": "make her smile",
    "open his eyes": "open his eyes",
    "whiten the teeth": "whiten the teeth",
    "smooth the skin": "smooth the skin",
    "remove the wrinkles": "remove the wrinkles",
    "add snow": "add snow",
    "add rain and fog": "add rain",
    "make it winter": "make it winter",
    "make it look like Monet painted it": "make it look like Monet painted it",
    "remove the power lines": "remove the power lines",
    "erase the text": "erase the text",
    "crop to the face": "crop to the face",
    "crop to the golden ratio": "crop to the golden ratio",
    "crop 100 px off the left": "crop 100 px off the left",
    "straighten the horizon": "straighten the horizon",
    "make it portrait": "make it portrait",
    "rotate": "rotate",
    "flip it": "flip it",
    "resize it": "resize it",
    "resize to 100 bananas": "resize to 100 bananas",
    "add a 20 px border": "add a 20 px border",
    "pad with white": "pad with white",
    "write hello at the bottom": "write hello at the bottom",
    "posterize": "posterize",
    "shift the hue": "shift the hue",
    "adjust the contrast": "adjust the contrast",
    "change the brightness": "change the brightness",
    "set the white balance to 5500K": "set the white balance to 5500K",
    "brighten the foreground": "brighten the foreground",
    "darken the trees": "darken the trees",
    "make the grass greener": "make the grass greener",
    "brighten the dog": "brighten the dog",
    "don't touch the dog": "don't touch the dog",
    "don't touch the sky": "don't touch the sky",
    "leave the reds alone": "leave the reds alone",
    "crop to 4:5 but don't touch the sky": "don't touch the sky",
    "crop to 4:5 but keep the size": "keep the size",
    "resize to 50% without changing the size": "without changing the size",
    "add a vignette but no vignette": "no vignette",
    "the photo is dark": "the photo is dark",
    "it looks flat": "it looks flat",
    "the sky": "the sky",
    "the photo": "the photo",
    "20%": "20%",
    "please": "please",
    "thank you": "thank you",
    "less sharp": "less sharp",
    "unblur it": "unblur it",
    "sharpen by -20": "sharpen by -20",
    "brighten by 5 px": "brighten by 5 px",
    "make it warmer by 3 degrees": "make it warmer by 3 degrees",
    "blur by 20%": "blur by 20%",
    "brighten the shadows by 10 by 20": "brighten the shadows by 10 by 20",
    "brighten slightly by 20%": "brighten slightly by 20%",
    "mache es heller": "mache es heller",
    "rends-la plus lumineuse": "rends-la",
    "haz la foto más brillante": "haz la foto más brillante",
    "写真を明るくして": "写真を明るくして",
    "asdf qwer": "asdf qwer",
    "brighten the photo (please do it for my aunt)": "brighten the photo (please do it for my aunt)",
    "brighten it like in the movies": "brighten it like in the movies",
    "increase contrast in the sky in the corners in the mask in the reds in the top": "increase contrast in the sky in the corners in the mask in the reds in the top",
    "upscale with AI": "upscale with AI",
    "make it bright red": "make it bright red",
    "brighten and foo": "foo",
    "brighten foo and darken bar": "brighten foo",
    "turn the reds towards grey": "turn the reds towards grey",
    "recover the vibrance": "recover the vibrance",
    "open the window": "open the window",
    "cut the cat out": "cut the cat out",
    "make it cinematic but not moody": "make it cinematic but not moody",
    "increase everything": "increase everything",
    "do it again": "do it again",
    "undo": "undo",
    "make the sky brighter than the ground": "make the sky brighter than the ground",
    "make the left half black and the right half white": "make the left half black",
    "combine it with the other image": "combine it with the other image",
    "change the colour of the car to blue": "change the colour of the car to blue",
    "make it less cinematic": "make it less cinematic",
    "colorize": "colorize",
    "make it warmer, in the sky, add contrast": "in the sky",
    "make it warmer, add contrast, in the sky": "in the sky",
    "don't change the sky a lot, make it warmer": "don't change the sky a lot",
    "raise the exposure by 1 EV (radius 3 px)": "raise the exposure by 1 EV (radius 3 px)",
    "make the reds brighter (seed 3)": "make the reds brighter (seed 3)",
    "add a slightly thick border": "add a slightly thick border",
    "set the saturation to 50%": "set the saturation to 50%",
    "crop to 4:5 upside down": "crop to 4:5 upside down",
    "crop to 4:5 double size": "crop to 4:5 double size",
    "resize to 50% larger": "resize to 50% larger",
    "resize to 50% twice as large": "resize to 50% twice as large",
    "increase too much contrast": "increase too much contrast",
    "increase crush the shadows": "increase crush the shadows",
    "make it warmer, don't leave the sky as it is": "don't leave the sky as it is",
    "remove background noise from audio": "remove background noise from audio",
}
"""The instruction, and the clause that the error names."""

IMPOSSIBLE = {
    "brighten by 200%": "brightness: give -100 to 100 %, not 200",
    "raise the exposure by 7 EV": "exposure: give -5 to 5 EV, not 7",
    "darken by -20%": "a reduction by a negative number (-20) can be meant both ",
    "make it brighter and darker": "'make it brighter' and 'darker' contradict each other; as",
    "warmer and cooler": "'warmer' and 'cooler' contradict each other; ask for one ",
    "posterize to 100 levels": "posterize: give 2 to 64 whole levels, not 100",
    "posterize to 2.5 levels": "posterize: give 2 to 64 whole levels, not 2.5",
    "sharpen by 150%": "sharpen: give 0 to 100 %, not 150",
    "triple the saturation": "saturation: give -100 to 100 %, not 200",
    "straighten by 60 degrees": "cannot turn by 60 degrees: rotate by 90, 180 or 270, or s",
    "rotate by 100 degrees": "cannot turn by 100 degrees: rotate by 90, 180 or 270, or ",
    "hue +200 degrees": "hue: give -180 to 180 degrees, not 200",
    "crop to 0:5": "crop aspect: give a ratio of two numbers above 0 and up t",
    "crop to 500:1": "crop aspect: give a ratio of two numbers above 0 and up t",
    "resize to 0 px wide": "resize: give a width of 1 to 16383 px, not 0",
    "resize to 99999 px wide": "resize: give a width of 1 to 16383 px, not 99999",
    "resize to 5000%": "resize: give a size above 0 and up to 1000 %, not 5000",
    "border of 200%": "border: give a width above 0 and up to 1, as a fraction o",
    "add a border of 150%": "border: give a width above 0 and up to 1, as a fraction o",
    "blur by 300 px": "blur: give 0 to 250 px, not 300",
    "curve (0,0) (0,1)": "curve: the inputs of a curve must increase",
    "curve (0.5,0) (0.2,1)": "curve: the inputs of a curve must increase",
    "brighten the box from 60% to 20% of the width and from 0% to 50% of the height": "box region: left must be below right, and top below bottom",
    "in the box from 10% to 120% of the width and from 0% to 50% of the height brighten": "box region: right: Input should be less than or equal to 1",
    "crop 60% off the left and 50% off the right": "crop box: left must be below right, and top below bottom",
    "grain 120%": "grain: give 0 to 100 %, not 120",
}
"""The instruction, and how the message begins or what range it names."""


@pytest.mark.parametrize("sentence", REFUSED)
def test_a_refusal_names_the_clause_and_who_could_do_it(sentence: str) -> None:
    with pytest.raises(UnsupportedInstruction) as caught:
        read(sentence)
    error = caught.value
    assert error.clause == REFUSED[sentence]
    assert all(near in OPERATIONS.values() for near in error.nearest)
    assert not error.needs or "--editor" in str(error)


@pytest.mark.parametrize("sentence", IMPOSSIBLE)
def test_an_impossible_number_or_a_contradiction_is_named(sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        read(sentence)
    assert not isinstance(caught.value, UnsupportedInstruction)
    assert str(caught.value).startswith(IMPOSSIBLE[sentence])


def test_a_cat_needs_a_generative_editor_and_the_message_says_so() -> None:
    with pytest.raises(UnsupportedInstruction, match=r"'cat'.*FLUX\.1 Kontext") as caught:
        read("brighten it, then add a cat on the roof")
    assert caught.value.clause == "add a cat on the roof"
    assert "generative" in caught.value.needs


@pytest.mark.parametrize("example", OPERATIONS.values())
def test_every_suggestion_can_be_read(example: str) -> None:
    assert read(example).operations


def test_a_misspelt_operation_is_suggested() -> None:
    assert suggest("sharpenn the photo") == ("sharpen by 40%",)
    assert suggest("increase the saturatoin") == ("increase the saturation by 20%",)
    assert suggest("") == ()
