"""Framing, size and what stands around or over the picture."""

import pytest

from editloop.tools.retouch.english import read, write
from editloop.tools.retouch.geometric import (
    Border,
    CropAspect,
    CropBox,
    Flip,
    PadAspect,
    Resize,
    Rotate,
    Straighten,
    Text,
    Trim,
)
from editloop.tools.retouch.photometric import Brightness, Shadows, Temperature, Vignette
from editloop.tools.retouch.recipe import Operation

SENTENCES: dict[str, list[Operation]] = {
    "brighten the shadows by 20 %, make it a bit warmer, then crop to 4:5 and add a thin white border": [
        Shadows(amount=20),
        Temperature(amount=7),
        CropAspect(ratio=(4, 5)),
        Border(width=0.01),
    ],
    "crop to 4:5": [CropAspect(ratio=(4, 5))],
    "crop it to 16:9 please": [CropAspect(ratio=(16, 9))],
    "crop to a square": [CropAspect(ratio=(1, 1))],
    "crop square": [CropAspect(ratio=(1, 1))],
    "portrait 2:3": [CropAspect(ratio=(2, 3))],
    "crop to portrait 3:2": [CropAspect(ratio=(2, 3))],
    "crop to landscape 2:3": [CropAspect(ratio=(3, 2))],
    "crop to 4:5 at the top": [CropAspect(ratio=(4, 5), anchor="top")],
    "crop to 16/9": [CropAspect(ratio=(16, 9))],
    "crop the left 20%": [CropBox(left=0.2)],
    "cut 10% off the top": [CropBox(top=0.1)],
    "cut off the bottom 15 %": [CropBox(bottom=0.85)],
    "crop to the left half": [CropBox(right=0.5)],
    "crop to the top third": [CropBox(bottom=0.3333)],
    "crop to the left 60%": [CropBox(right=0.6)],
    "crop 10% off the top and 5% off the left": [CropBox(left=0.05, top=0.1)],
    "crop 5% from each side": [CropBox(left=0.05, top=0.05, right=0.95, bottom=0.95)],
    "crop 10% off the top and bottom": [CropBox(top=0.1, bottom=0.9)],
    "crop to the box from 10% to 90% of the width and from 20% to 80% of the height": [
        CropBox(left=0.1, top=0.2, right=0.9, bottom=0.8)
    ],
    "trim the borders": [Trim()],
    "remove the black border": [Trim()],
    "straighten by 2 degrees clockwise": [Straighten(degrees=2)],
    "straighten 1.5° anticlockwise": [Straighten(degrees=-1.5)],
    "level the horizon by 2 degrees": [Straighten(degrees=2)],
    "rotate by 3 degrees": [Straighten(degrees=3)],
    "tilt 2 degrees to the left": [Straighten(degrees=-2)],
    "rotate left": [Rotate(degrees=270)],
    "rotate right": [Rotate(degrees=90)],
    "rotate 90 degrees": [Rotate(degrees=90)],
    "rotate 90 degrees counter-clockwise": [Rotate(degrees=270)],
    "rotate by 180°": [Rotate(degrees=180)],
    "turn it upside down": [Rotate(degrees=180)],
    "rotate 270": [Rotate(degrees=270)],
    "flip horizontally": [Flip(axis="horizontal")],
    "mirror the image vertically": [Flip(axis="vertical")],
    "flip it left to right": [Flip(axis="horizontal")],
    "resize to 1024 pixels wide": [Resize(width=1024)],
    "resize to 800x600": [Resize(width=800, height=600)],
    "resize to 1,024 px wide": [Resize(width=1024)],
    "make it 2048 px on the long side": [Resize(long_side=2048)],
    "long side 2048": [Resize(long_side=2048)],
    "half the size": [Resize(percent=50)],
    "make it half the size": [Resize(percent=50)],
    "scale to 50 %": [Resize(percent=50)],
    "resize by 0.5": [Resize(percent=50)],
    "shrink by 20%": [Resize(percent=80)],
    "enlarge by 50%": [Resize(percent=150)],
    "double the size": [Resize(percent=200)],
    "scale up 2x": [Resize(percent=200)],
    "set the width to 900 px": [Resize(width=900)],
    "add a white border": [Border()],
    "thick black frame": [Border(width=0.05, colour="#000000")],
    "add a 5% black frame": [Border(width=0.05, colour="#000000")],
    "add a border of 3% in #336699": [Border(width=0.03, colour="#336699")],
    "add a red border": [Border(colour="#ff0000")],
    "pad to square with black": [PadAspect(ratio=(1, 1), colour="#000000")],
    "pad to 16:9": [PadAspect(ratio=(16, 9))],
    "letterbox to 16:9 in black": [PadAspect(ratio=(16, 9), colour="#000000")],
    'add the text "Hello" at the bottom': [Text(content="Hello")],
    'write "Summer 2024" in the top left corner in large red letters': [
        Text(content="Summer 2024", anchor="top left", height=0.1, colour="#ff0000")
    ],
    "caption “Lisbon” in small black letters at the bottom right": [
        Text(content="Lisbon", anchor="bottom right", height=0.04, colour="#000000")
    ],
    "Brighten the photo. Then crop to 1:1. Add a vignette.": [
        Brightness(amount=15),
        CropAspect(ratio=(1, 1)),
        Vignette(amount=30),
    ],
    "16:9": [CropAspect(ratio=(16, 9))],
    "square": [CropAspect(ratio=(1, 1))],
    "crop to 4:5 with a white border": [CropAspect(ratio=(4, 5)), Border()],
    "flip it vertically, then rotate right": [Flip(axis="vertical"), Rotate(degrees=90)],
    "mirror left to right": [Flip(axis="horizontal")],
    'add a watermark "me" at the bottom right in grey': [
        Text(content="me", anchor="bottom right", colour="#808080")
    ],
    'add a white 2% border and the caption "Hi"': [Border(), Text(content="Hi")],
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_read_as_a_photographer_means_it(sentence: str) -> None:
    assert list(read(sentence).operations) == SENTENCES[sentence]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_its_canonical_text_means_the_same_and_stays(sentence: str) -> None:
    text = write(read(sentence))
    assert read(text) == read(sentence)
    assert write(read(text)) == text
