"""What a judge is asked about: an edited picture, its case, and the pictures of that case."""

from dataclasses import dataclass

from ..scores import Suite
from ..suites.gedit.cases import GEditCase
from ..suites.imgedit.cases import ImgEditCase
from ..suites.kris.cases import KrisCase
from ..suites.rise.cases import RiseCase

Case = GEditCase | ImgEditCase | KrisCase | RiseCase


@dataclass(frozen=True, slots=True)
class Subject:
    """One picture to be judged. Pictures are named by SHA-256, and lie in the image store."""

    suite: Suite
    case: Case
    edited: str
    sources: tuple[str, ...]
    """The source, or all sources in the order of the case."""

    truth: str | None = None
    """A right answer, where a case has one as a picture."""
