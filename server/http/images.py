"""`/v1/images/edits`: OpenAI's images protocol in front of the think-while-edit loop.

    routes = images_routes(host, pictures, ImagesRules())

Every picture of an answer is a run on record; clients see its best turn. Documented in
`docs/images-api.md`.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from hashlib import sha256
from secrets import randbelow, token_hex

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...memory import Run
from ..asked import SEEDS
from ..connected import while_connected
from ..gate import principal_of
from ..host import Begun, Host, Wish
from ..openai_fields import ignored
from ..openai_given import IMAGE_FIELDS, MASK_FIELDS, Given, given_of
from ..pictures import Pictures
from ..principals import Principal
from ..refusals import Refused
from .fields import key_of
from .images_answer import IGNORED, RUN, Showing
from .images_asked import DELIVERY, EditsAsked, asked_of, ignored_in
from .images_failures import enveloped, failure_of, stopping
from .images_models import model, models, not_here
from .images_rules import ImagesRules
from .images_runs import Runs
from .images_stream import Edits, EditStream, Waiting
from .images_taken import Intake, Taken

_REMEMBERED = 4096  # requests of the last seconds, for `same_seconds`
_HIGHEST_SEED = 2**63 - 1

Arriving = Callable[[Request], AbstractContextManager[None]]


def images_routes(
    host: Host,
    pictures: Pictures,
    rules: ImagesRules = ImagesRules(),  # noqa: B008 (frozen)
    *,
    arriving: Arriving = lambda http: nullcontext(),
    waiting: Waiting = anyio.CancelScope,
) -> list[Route]:
    """What OpenAI's clients ask; the host must be open while requests are answered.

    `arriving` holds room for a body while it is read, `waiting` is a scope that is cancelled when
    the server ends.
    """
    door = ImagesDoor(host, pictures, rules, arriving=arriving, waiting=waiting)
    return [
        Route("/v1/images/edits", enveloped(door.edits), methods=["POST"]),
        Route("/v1/images/generations", enveloped(_generations), methods=["POST"]),
        Route("/v1/images/variations", enveloped(_variations), methods=["POST"]),
        Route("/v1/models", enveloped(models), methods=["GET"]),
        Route("/v1/models/{model:path}", enveloped(model), methods=["GET"]),
    ]


class ImagesDoor:
    """Answers `POST /v1/images/edits`."""

    def __init__(
        self,
        host: Host,
        pictures: Pictures,
        rules: ImagesRules,
        *,
        arriving: Arriving,
        waiting: Waiting,
    ) -> None:
        self._host, self._rules = host, rules
        self._arriving, self._waiting = arriving, waiting
        self._intake = Intake(host, pictures, rules.body.pixels)
        self._showing = Showing(host, pictures)
        self._runs = Runs(host)
        self._same = Same(rules.same_seconds)

    async def edits(self, http: Request) -> Response:
        """Edit, and answer with the best turns.

        Raises:
            Refused: for what is not taken, and for runs that have no answer.
            EditloopError: a picture or a handle that is refused, no room.
        """
        who, key = principal_of(http), key_of(http)
        with self._arriving(http):
            asked, taken, headers = await self._read(http, who)
        content = _digest(asked, taken, who)
        key = key or self._same.key(content)
        wishes = self._wishes(asked, taken, key, content)
        async with AsyncExitStack() as stack:
            begun = await stack.enter_async_context(self._runs.begun(wishes, who, key))
            headers |= _begun_said(begun)
            if asked.stream:
                events = Edits(self._host, self._showing, asked, who).of(begun[0].run.id)
                within = stack.pop_all()
                return EditStream(
                    events, self._rules, self._waiting, within=within, headers=headers
                )
            runs = await self._ended(http, begun, who)
        if not runs:
            raise stopping(headers[RUN])

        if not any(run.best for run in runs):
            raise failure_of(runs[0])

        answer = await self._showing.answer(http, asked, runs, who)
        answer.headers.update(headers)
        return answer

    async def _read(
        self, http: Request, who: Principal
    ) -> tuple[EditsAsked, Taken, dict[str, str]]:
        """Read a request and keep its pictures; no byte of them is held while the run goes on."""
        given = await given_of(http, self._rules.body)
        asked = asked_of(given.fields)
        self._check(asked)
        taken = await self._intake.taken(given, asked, who)
        return asked, taken, _headers(given, asked)

    async def _ended(self, http: Request, begun: Sequence[Begun], who: Principal) -> list[Run]:
        """Wait for the ends of the runs; none where the server ends before them."""
        ids = [each.run.id for each in begun]
        found: list[Run] = []
        with self._waiting():
            found = await while_connected(http, lambda: self._runs.ended(ids, who))
        return found

    def _check(self, asked: EditsAsked) -> None:
        if self._rules.strict_models and not asked.known_model:
            raise not_here(asked.model)

        if asked.n > self._rules.pictures:
            said = f"n must be a whole number from 1 to {self._rules.pictures}"
            raise Refused(400, "invalid", said, field="n")

        if asked.response_format == "url" and not self._rules.urls:
            said = "response_format must be b64_json: this server gives no addresses of pictures"
            raise Refused(400, "unsupported", said, field="response_format")

    def _wishes(self, asked: EditsAsked, taken: Taken, key: str, content: str) -> list[Wish]:
        """A wish for each picture; the same request under a key is the same wishes."""
        turns = self._host.agent.settings.get("turns")
        bounds = asked.bounds(turns if isinstance(turns, int) else None)
        seed = asked.seed if asked.seed is not None else _seed(key, content)
        return [
            Wish(
                source=taken.source,
                instruction=asked.prompt,
                mask=taken.mask,
                references=taken.references,
                seed=(seed + number) % (_HIGHEST_SEED + 1),
                labels={**taken.origin, **asked.labels()},
                bounds=bounds,
            )
            for number in range(asked.n)
        ]


class Same:
    """Gives the same key to the same request, for a while."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._keys: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def key(self, content: str) -> str:
        """A key for a request without one; empty where every request is one of its own."""
        if not self._seconds:
            return ""

        now = anyio.current_time()
        asked, key = self._keys.get(content, (now, ""))
        if not key or asked + self._seconds < now:
            self._keys[content] = now, (key := f"same-{token_hex(16)}")
            self._keys.move_to_end(content)
        while len(self._keys) > _REMEMBERED:
            self._keys.popitem(last=False)
        return key


async def _generations(http: Request) -> Response:
    said = "this server edits and does not generate: POST a picture to /v1/images/edits"
    raise Refused(404, "no_generation", said)


async def _variations(http: Request) -> Response:
    said = "this server makes no variations: POST the picture to /v1/images/edits with a prompt"
    raise Refused(404, "no_variations", said)


def _digest(asked: EditsAsked, taken: Taken, who: Principal) -> str:
    """Tells a repetition from another request, by what it makes happen."""
    pictures = [taken.source, *taken.references, *([taken.mask] if taken.mask else ())]
    fields = asked.model_dump_json(exclude={*DELIVERY})
    said = (who.name, fields, [each.sha256 for each in pictures])
    return sha256(repr(said).encode()).hexdigest()


def _seed(key: str, content: str) -> int:
    """A seed for a request that names none: the same one under the same key."""
    if not key:
        return randbelow(SEEDS)

    return int.from_bytes(sha256(f"{key} {content}".encode()).digest()[:8]) % SEEDS


def _headers(given: Given, asked: EditsAsked) -> dict[str, str]:
    pictures = IMAGE_FIELDS | MASK_FIELDS
    names = {*ignored_in(given.fields, asked)} - pictures
    found = ignored(names | {*given.passed_over})
    return {IGNORED: ", ".join(found)} if found else {}


def _begun_said(begun: Sequence[Begun]) -> dict[str, str]:
    again = {"idempotency-replayed": "true"} if all(each.again for each in begun) else {}
    return {RUN: ", ".join(each.run.id for each in begun), **again}
