"""Pictures: the safe way in and out, and a folder that keeps them by the hash of their bytes.

Loads Pillow; nothing else in `memory` imports it.
"""

from .decode import Decoded, decode
from .deliver import Delivery, ExifPolicy, deliver
from .encode import encode_lossless, encode_within
from .header import Header, probe
from .limits import DEFAULT_LIMITS, Limits
from .local import LocalImages, Swept
from .media import media_type_of_path, suffix_of
from .views import View

__all__ = [
    "DEFAULT_LIMITS",
    "Decoded",
    "Delivery",
    "ExifPolicy",
    "Header",
    "Limits",
    "LocalImages",
    "Swept",
    "View",
    "decode",
    "deliver",
    "encode_lossless",
    "encode_within",
    "media_type_of_path",
    "probe",
    "suffix_of",
]
