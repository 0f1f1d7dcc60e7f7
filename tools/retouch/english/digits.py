"""Numbers to text without losing a bit."""

from decimal import Decimal


def digits(value: float) -> str:
    """The shortest decimal text that reads back as the same number: 20, 0.1, 5e-324."""
    return _text(Decimal(repr(float(value))))


def per_cent(share: float) -> str:
    """A fraction as per cent, without the sign: 0.07 is 7, exactly."""
    return _text(Decimal(repr(float(share))).scaleb(2))


def _text(number: Decimal) -> str:
    if not number:
        return "0"
    number = number.normalize()
    if number.adjusted() < -7:
        return str(number).lower()
    return format(number, "f")
