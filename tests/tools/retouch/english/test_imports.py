"""The reader is light and needs nothing but the records."""

import subprocess
import sys

HEAVY = ("numpy", "PIL", "sqlalchemy", "pydantic_ai", "torch", "spacy")


def test_reading_english_loads_no_heavy_library() -> None:
    code = (
        "import sys; from editloop.tools.retouch.english import read; read('make it warmer'); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
