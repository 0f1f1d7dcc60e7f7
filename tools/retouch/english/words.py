"""The words of the lexicon that are not about a certain operation: noise, joints, verbs, degrees.

Each table maps a meaning to the phrases that carry it, separated by commas. Only `NOISE` may fall
away unread.
"""

from typing import Final

NOISE: Final = """
    please, kindly, could, can, would, will, you, we, i, i'd, i'll, i want, i'd like, would like,
    i would like to, want, like, a, an, the, this, that, these, those, my,
    our, it, its, photo, image, picture, photograph, shot, pic, snapshot, photos, whole,
    entire, everything, overall, all over, everywhere, just, also, now, so, me, let's, let, us,
    look, feel, here, thanks, thank you, thank, hi, hello, hey, ok, okay, finally, next, first, after that, as well, try to, go ahead, go, ahead, some, any, both, only,
    for me, if possible, i think, think, maybe, perhaps,
    effect, effects, photo's, image's, picture's, do, bring, a kind of,
    kind of, sort of, bit of
"""

SEPARATORS: Final = {
    "and": "and, &, plus, as well as, along with, +, while also, with also",
    "but": "but, yet, however, although, though, while",
    "then": "then, and then, afterwards, after which, followed by",
    ".": "., ;, :, !, ?, .., -",
}

PREPOSITIONS: Final = {
    "by": "by",
    "to": "to, at about, until, into",
    "of": "of",
    "with": "with, using",
    "in": "in, inside, inside of, within, on, at, over, across, for, throughout, around",
    "from": "from, off, off of, away from",
}

OUTSIDE: Final = """
    except, except in, except for, except on, excepting, excluding, apart from, other than,
    outside, outside of, but not, but not in, but not on, but not for, not in, not on,
    everything but, everything except, everything except for, everywhere but, everywhere except,
    all but, all except, anything but, save for, aside from, and not, not at
"""

VERBS: Final = {
    "up": """increase, raise, boost, lift, push, turn up, bump, bump up,
        intensify, amplify, crank up, dial up, bring up, push up, strengthen, higher, stronger,
        raising, increasing, boosting, heighten, bring out, emphasise, emphasize,
        accentuate""",
    "down": """decrease, reduce, lower, drop, pull, pull down, pull back, turn down, bring down,
        dial down, dial back, tone down, cut, cut down, cut back, diminish, tame, weaken,
        lessen, lowering, reducing, decreasing, weaker, rein in, hold back, minimise, minimize,
        take down, subdue""",
    "upward": "up",
    "downward": "down",
    "improve": "improve, enhance",
    "add": "add, apply, put, give, give it, give it a, introduce, adding, needs, need, use, insert, place",
    "more": "more, extra, additional, not enough, doesn't have enough, lacks, greater",
    "less": "less, fewer, not so, not as, not that",
    "too": "too, too much, too many, overly, far too, way too, much too, a bit too, a little too",
    "remove": """remove, get rid of, take away, take out, eliminate, clean up, clean, kill, strip,
        strip out, delete, take off, removing, fix, correct, neutralise, neutralize""",
    "make": "make, make it, render, turn it, look like, get, making, becomes, become, have, has, with a look of",
    "be": """is, are, was, were, be, looks, seems, seem, feels, it's, they're, there is,
        there's, there are, appears, comes out, came out, turned out""",
    "should": """should be, should look, must be, to be, needs to be, ought to be, could be, may be,
        would be, to look, can be, to become, should have, to have, should, must, might""",
    "set": "set, adjust, change, modify, alter, tweak, move, put it at",
    "shift": "shift, push towards, rotate the, shifting",
    "turn": "turn, change the colour of, recolour, recolor, convert, transform",
    "towards": "towards, toward, closer to, more towards, in the direction of",
    "open": "open, open up, recover, rescue, restore, save, bring back, lift up, fill, fill in",
    "crush": "crush, deepen, darken down",
    "double": "double, twice, twice as, twice the, twice as much",
    "triple": "triple",
    "halve": "halve, half the, half as, half as much, cut in half",
    "crop": "crop, crop it, crop in, recrop, reframe, cropped, cropping",
    "cut": "cut off, cut away, crop off, crop out, crop away, chop, chop off, trim off, slice off",
    "trim": "trim, auto crop, autocrop",
    "straighten": "straighten, level, deskew, tilt, straightened, level out",
    "rotate": "rotate, spin, rotated, turn it by",
    "flip": "flip, mirror, flop, reflect, flipped, mirrored",
    "resize": "resize, rescale, scale, resized, resample",
    "enlarge": "enlarge, upscale, scale up, upsize, bigger, larger",
    "shrink": "shrink, downscale, scale down, downsize, smaller, shrink down",
    "pad": "pad, letterbox, extend the canvas, extend the canvas to, pad out, padded, fit",
    "write": "write, caption, watermark, overlay, print, stamp",
    "nothing": "change nothing, leave as, do nothing, leave it as it is, leave unchanged",
}

NEGATIONS: Final = {
    "keep": """keep, leave, keeping, leaving, preserve, preserving, protect, protecting, retain,
        retaining""",
    "dont": "don't, dont, do not, never, without, not, avoid, doesn't, shouldn't",
    "no": "no",
}

TOUCH: Final = """
    touch, touching, alter, altering, affect, affecting, changing, editing, edit, modifying,
    adjusting, influencing, adding, making, applying, tampering with, messing with, harm, harming
"""

KEPT: Final = """
    as is, as it is, as they are, alone, untouched, unchanged, unaffected, unedited, same,
    the same, intact, as before, like it is, like they are, original, natural looking, how it is
"""

LEVELS: Final = {
    "slight": """slightly, slight, a touch, touch, a bit, bit, a little, a little bit, little,
        a tiny bit, a hint, hint, a hint of, a touch of, a bit of, subtly, subtle, gently, gentle,
        lightly, mildly, mild, tad, a tad, a smidge, a dash of, faintly, faint, barely, soft touch,
        a bit more subtle, not too much, not too strong, but not too much,
        but not too strong, not by much, but not by too much, carefully, delicately, delicate, ever so,
        ever so slightly, just a touch, minor, a notch, low amount of""",
    "moderate": """somewhat, moderately, moderate, fairly, rather, medium, noticeably, quite,
        quite a bit, reasonably, visibly, noticeable, normal amount of""",
    "strong": """much, a lot, lots, lots of, a lot of, strongly, strong, very, extremely, heavily,
        heavy, significantly, dramatically, dramatic, considerably, way, far, really, massively,
        greatly, substantially, super, intense, intensely, drastically, hugely, plenty of,
        very much, so much, a great deal, incredibly, severely, big, major, tons of, aggressive,
        aggressively, deeply, radically, seriously, totally, completely, fully""",
}
