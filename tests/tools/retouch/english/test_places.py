"""Operations in a part of the picture, on a hue, or not in some part."""

import pytest

from editloop.tools.retouch.english import read, write
from editloop.tools.retouch.english.looks import BRIGHT, DARK, MIDTONES
from editloop.tools.retouch.photometric import (
    Blur,
    Brightness,
    Clarity,
    Contrast,
    Denoise,
    Exposure,
    Highlights,
    HueBand,
    Saturation,
    Shadows,
    Sharpen,
    Temperature,
    Vibrance,
)
from editloop.tools.retouch.recipe import Operation
from editloop.tools.retouch.region import Both, Box, ColourRange, HueRange, MaskImage, Position, Sky

SKY = Sky()
SENTENCES: dict[str, list[Operation]] = {
    "make it warmer, and in the sky, add contrast": [
        Temperature(amount=14),
        Contrast(amount=15, region=SKY),
    ],
    "in the sky, increase contrast, then make it warmer": [
        Contrast(amount=15, region=SKY),
        Temperature(amount=14),
    ],
    "brighten it, except the sky, and add contrast": [
        Brightness(amount=15, region=Sky(invert=True)),
        Contrast(amount=15),
    ],
    "brighten the sky by a third of a stop": [Exposure(stops=0.3333, region=SKY)],
    "make the shadows brighter and warmer": [
        Shadows(amount=22),
        Temperature(amount=14, region=DARK),
    ],
    "warm up the highlights": [Temperature(amount=14, region=BRIGHT)],
    "cool down the shadows slightly": [Temperature(amount=-7, region=DARK)],
    "make the reds more saturated": [HueBand(hue="red", saturation=25)],
    "make the blues darker": [HueBand(hue="blue", lightness=-18)],
    "make the reds and blues more saturated": [
        HueBand(hue="red", saturation=25),
        HueBand(hue="blue", saturation=25),
    ],
    "shift the greens towards yellow": [HueBand(hue="green", degrees=-15)],
    "turn the orange to red": [HueBand(hue="orange", degrees=-42)],
    "turn the greens into teal": [HueBand(hue="green", degrees=53)],
    "shift the hue of the reds by 10 degrees": [HueBand(hue="red", degrees=10)],
    "increase the saturation of the yellows by 15%": [HueBand(hue="yellow", saturation=15)],
    "mute the greens": [HueBand(hue="green", saturation=-25)],
    "boost the blues": [HueBand(hue="blue", saturation=25)],
    "brighten the oranges by 12%": [HueBand(hue="orange", lightness=12)],
    "everything yellow more saturated": [Saturation(amount=18, region=HueRange(hue="yellow"))],
    "make the yellow parts brighter": [Brightness(amount=15, region=HueRange(hue="yellow"))],
    "blur the edges": [Blur(radius=4, region=Position(name="edges"))],
    "darken the sky": [Brightness(amount=-15, region=SKY)],
    "brighten everything except the sky": [Brightness(amount=15, region=Sky(invert=True))],
    "make the sky darker and more saturated": [
        Brightness(amount=-15, region=SKY),
        Saturation(amount=18, region=SKY),
    ],
    "increase contrast in the top half": [Contrast(amount=15, region=Position(name="top half"))],
    "add contrast to the bottom third by 15%": [
        Contrast(amount=15, region=Position(name="bottom third"))
    ],
    "brighten the left third by 10%": [Brightness(amount=10, region=Position(name="left third"))],
    "in the centre, increase clarity by 20": [Clarity(amount=20, region=Position(name="centre"))],
    "darken the corners": [Brightness(amount=-15, region=Position(name="edges"))],
    "desaturate the edges": [Saturation(amount=-18, region=Position(name="edges"))],
    "sharpen inside the mask": [Sharpen(amount=40, region=MaskImage())],
    "brighten the box from 10% to 40% of the width and from 20% to 60% of the height by 12%": [
        Brightness(amount=12, region=Box(left=0.1, top=0.2, right=0.4, bottom=0.6))
    ],
    "increase contrast in the box 10%, 20%, 60%, 70%": [
        Contrast(amount=15, region=Box(left=0.1, top=0.2, right=0.6, bottom=0.7))
    ],
    "warm the bright areas": [Temperature(amount=14, region=BRIGHT)],
    "add blur in the dark areas": [Blur(radius=4, region=DARK)],
    "more contrast in the midtones": [Contrast(amount=15, region=MIDTONES)],
    "darken the bright parts of the sky": [
        Brightness(amount=-15, region=Both(parts=(BRIGHT, SKY)))
    ],
    "cool the sky in the top half": [
        Temperature(amount=-14, region=Both(parts=(SKY, Position(name="top half"))))
    ],
    "brighten the top half and the left third": [
        Brightness(
            amount=15,
            region=Both(
                invert=True,
                parts=(
                    Position(invert=True, name="top half"),
                    Position(invert=True, name="left third"),
                ),
            ),
        )
    ],
    "brighten, but not the corners": [
        Brightness(amount=15, region=Position(invert=True, name="edges"))
    ],
    "brighten the photo, don't touch the sky": [Brightness(amount=15, region=Sky(invert=True))],
    "make it warmer without changing the sky": [Temperature(amount=14, region=Sky(invert=True))],
    "increase saturation, keep the sky as it is": [Saturation(amount=18, region=Sky(invert=True))],
    "more vibrance but leave the reds alone": [
        Vibrance(amount=25, region=HueRange(invert=True, hue="red"))
    ],
    "leave the greens untouched and warm it up": [
        Temperature(amount=14, region=HueRange(invert=True, hue="green"))
    ],
    "darken the highlights but not in the sky": [Highlights(amount=-18, region=Sky(invert=True))],
    "brighten the sky by 10 and the corners by 20": [
        Brightness(amount=10, region=SKY),
        Brightness(amount=20, region=Position(name="edges")),
    ],
    "in the sky, increase contrast and saturation": [
        Contrast(amount=15, region=SKY),
        Saturation(amount=18, region=SKY),
    ],
    "make the reds pop": [
        Contrast(amount=12, region=HueRange(hue="red")),
        Vibrance(amount=25, region=HueRange(hue="red")),
        Clarity(amount=15, region=HueRange(hue="red")),
    ],
    "brighten the reds and darken the blues": [
        HueBand(hue="red", lightness=18),
        HueBand(hue="blue", lightness=-18),
    ],
    "make the #336699 areas darker": [Brightness(amount=-15, region=ColourRange(colour="#336699"))],
    "brighten the white areas": [Brightness(amount=15, region=ColourRange(colour="#ffffff"))],
    "The sky is too bright.": [Brightness(amount=-15, region=SKY)],
    "darken the sky by 1 EV": [Exposure(stops=-1, region=SKY)],
    "brighten the shadows by 1 stop": [Exposure(stops=1, region=DARK)],
    "make the edges darker and less saturated": [
        Brightness(amount=-15, region=Position(name="edges")),
        Saturation(amount=-18, region=Position(name="edges")),
    ],
    "brighten the sky and add contrast": [Brightness(amount=15, region=SKY), Contrast(amount=15)],
    "sharpen everything but the sky": [Sharpen(amount=40, region=Sky(invert=True))],
    "do not touch the reds, make it more vibrant": [
        Vibrance(amount=25, region=HueRange(invert=True, hue="red"))
    ],
    "warmer in the bright areas and cooler in the dark areas": [
        Temperature(amount=14, region=BRIGHT),
        Temperature(amount=-14, region=DARK),
    ],
    "lower the saturation of the greens by a quarter": [HueBand(hue="green", saturation=-25)],
    "brighten the red areas within the top half by 12%": [
        Brightness(amount=12, region=Both(parts=(HueRange(hue="red"), Position(name="top half"))))
    ],
    "make the top third of the photo darker": [
        Brightness(amount=-15, region=Position(name="top third"))
    ],
    "lighten the dark areas": [Brightness(amount=15, region=DARK)],
    "blur it by 3 pixels outside the mask": [Blur(radius=3, region=MaskImage(invert=True))],
    "blur everything except the centre": [
        Blur(radius=4, region=Position(invert=True, name="centre"))
    ],
    "denoise by 60% in the dark areas": [Denoise(amount=60, region=DARK)],
    "make the blue areas of the sky darker": [
        Brightness(amount=-15, region=Both(parts=(HueRange(hue="blue"), SKY)))
    ],
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_read_as_a_photographer_means_it(sentence: str) -> None:
    assert list(read(sentence).operations) == SENTENCES[sentence]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_its_canonical_text_means_the_same_and_stays(sentence: str) -> None:
    text = write(read(sentence))
    assert read(text) == read(sentence)
    assert write(read(text)) == text
