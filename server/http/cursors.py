"""Cursors of lists: the run after which the next page begins, in a form that nobody reads."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from urllib.parse import urlencode

from starlette.requests import Request

from ..refusals import Refused
from .fields import root_of

_ID = re.compile(r"[0-9a-z]{8,32}")


def cursor_of(run_id: str) -> str:
    """The cursor of the page after this run."""
    return urlsafe_b64encode(f"1:{run_id}".encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> str | None:
    """The run after which a page begins.

    Raises:
        Refused: 400: that is no cursor.
    """
    if cursor is None:
        return None

    try:
        said = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (NotBase64, ValueError):
        raise bad_cursor() from None

    version, _, run_id = said.partition(":")
    if version != "1" or not _ID.fullmatch(run_id):
        raise bad_cursor()

    return run_id


def bad_cursor() -> Refused:
    """The refusal of a cursor, or of one whose run is gone."""
    return Refused(400, "cursor", "that is no cursor of a list, or its run is gone: begin anew")


def link_of(http: Request, cursor: str | None) -> dict[str, str]:
    """The `Link` to the next page (RFC 8288)."""
    if cursor is None:
        return {}

    query = http.query_params.multi_items()
    rest = urlencode([*[each for each in query if each[0] != "cursor"], ("cursor", cursor)])
    return {"link": f'<{root_of(http)}/v1/runs?{rest}>; rel="next"'}
