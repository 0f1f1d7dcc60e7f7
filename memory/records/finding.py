"""What can be seen of an edit without knowing what was asked."""

from typing import Literal

from .frozen import Frozen

FindingKind = Literal["not_an_image", "size", "aspect", "unchanged", "blank", "placeholder"]


class Finding(Frozen):
    """One fact about a returned picture. No verdict: a crop changes the aspect as it should."""

    kind: FindingKind
    detail: str
    """A sentence for the user."""
