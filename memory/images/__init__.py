"""Pictures: the safe way in and out, and a folder that keeps them by the hash of their bytes.

Loads Pillow; nothing else in `memory` imports it.
"""

from .decode import Decoded, decode
from .encode import encode_lossless
from .header import Header, probe
from .limits import DEFAULT_LIMITS, Limits

__all__ = [
    "DEFAULT_LIMITS",
    "Decoded",
    "Header",
    "Limits",
    "decode",
    "encode_lossless",
    "probe",
]
