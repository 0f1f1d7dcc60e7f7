"""`editloop serve …`: the loop, an editor or a thinker behind HTTP, and a proxy before several."""

from typing import Annotated

from cyclopts import Group, Parameter

from . import choose, serving_api
from .branch import branch
from .choose import LoopOptions
from .options import COMMONLY, PATH, Common, as_seconds
from .serving_api import ApiPlan

_WHERE = Group("Where", sort_key=2)
_WHO = Group("Who may ask", sort_key=3)
_BOUNDS = Group("Bounds", sort_key=4)
_RAY = Group("More than one", sort_key=5)

app = branch("serve")

Host = Annotated[
    str, Parameter(metavar="ADDRESS", group=_WHERE, help="Where to listen; 127.0.0.1.")
]
TokenEnv = Annotated[
    str,
    Parameter(metavar="NAME", group=_WHO, help="The variable that holds the token to be shown."),
]
NoToken = Annotated[
    bool,
    Parameter(negative="", group=_WHO, help="Listen beyond this machine without a token."),
]


_PLACE, _GUARD = serving_api.Place(), serving_api.Who()
_MUCH, _FILES = serving_api.Bounds(), serving_api.Files()


@app.command
def api(
    *,
    loop: LoopOptions = choose.NO_LOOP,
    place: serving_api.Place = _PLACE,
    who: serving_api.Who = _GUARD,
    bounds: serving_api.Bounds = _MUCH,
    files: serving_api.Files = _FILES,
    common: Common = COMMONLY,
) -> int:
    """Serve the whole loop: /v1/runs for programs, /v1/images/edits for OpenAI's, /mcp for chats.

    editloop serve api --port 8020
    editloop serve api --host 0.0.0.0 --tokens tokens.toml --store postgresql://…
    """
    plan = ApiPlan(place, who, bounds, files)
    choices = common.choices(loop.flags())
    return serving_api.run_api(plan, choices, common.screen, access=not common.quiet)


@app.command
def editor(
    *,
    preset: Annotated[
        str, Parameter(help="The model, and the official service whose fields are spoken.")
    ] = "",
    editor: Annotated[
        str, Parameter(metavar="ADDRESS", help="Any other editor, as for editloop --editor.")
    ] = "",
    model: Annotated[str, Parameter(metavar=PATH, help="The preset's weights.")] = "",
    name: Annotated[str, Parameter(help="What /v1/models calls it.")] = "",
    host: Host = "127.0.0.1",
    port: Annotated[
        int | None, Parameter(group=_WHERE, help="The official service's own by default.")
    ] = None,
    token_env: TokenEnv = "",
    no_token: NoToken = False,
    at_once: Annotated[
        int, Parameter(group=_BOUNDS, help="Edits that the editor is given at the same time; 1.")
    ] = 1,
    queue: Annotated[
        int, Parameter(group=_BOUNDS, help="Edits that may wait; 16. The next is answered 429.")
    ] = 16,
    seconds: Annotated[
        float,
        Parameter(converter=as_seconds, metavar="TIME", group=_BOUNDS, help="One edit; 10m."),
    ] = 600.0,
    megabytes: Annotated[int, Parameter(group=_BOUNDS, help="One request; 100.")] = 100,
    megapixels: Annotated[float, Parameter(group=_BOUNDS, help="One picture; 50.")] = 50.0,
    grace: Annotated[
        float,
        Parameter(
            converter=as_seconds,
            metavar="TIME",
            group=_BOUNDS,
            help="What running edits get when the service is stopped; 30s.",
        ),
    ] = 30.0,
    no_echo: Annotated[
        bool, Parameter(negative="", help="Do not send the source back (the official ones do).")
    ] = False,
    no_probe: Annotated[
        bool, Parameter(negative="", help="Say ready without having tried a tiny edit.")
    ] = False,
    ray: Annotated[bool, Parameter(negative="", group=_RAY, help="Run on Ray Serve.")] = False,
    replicas: Annotated[
        str, Parameter(metavar="N or N-M", group=_RAY, help="How many; 1. M as requests wait.")
    ] = "1",
    gpus: Annotated[float, Parameter(group=_RAY, help="GPUs of one replica; 1.")] = 1.0,
    common: Common = COMMONLY,
) -> int:
    """Serve an editor: the official protocol of EditThinker and /v1/images/edits.

    editloop serve editor --preset flux-kontext --model /models/kontext
    editloop serve editor --editor retouch --port 8005
    """
    from ..memory import SettingsError
    from ..server.rules import ServiceRules
    from .serving import EditorPlan, run_editor

    if min(at_once, queue + 1, megabytes) < 1 or megapixels <= 0:
        raise SettingsError("--at-once and the sizes must be 1 or more, --queue 0 or more")

    rules = ServiceRules(
        at_once=at_once,
        waiting=queue,
        seconds=seconds,
        body_bytes=megabytes * 1_000_000,
        pixels=int(megapixels * 1_000_000),
        grace_seconds=grace,
        echo=not no_echo,
        probe=not no_probe,
        official_defaults=not editor,
    )
    plan = EditorPlan(preset, editor, model, name, host, port, token_env, no_token, replicas, gpus)
    return run_editor(plan, rules, common, ray=ray)


@app.command
def thinker(
    model: Annotated[str, Parameter(help="A folder of weights, or a name on the hub.")],
    /,
    *extra: Annotated[
        str, Parameter(allow_leading_hyphen=True, help="Arguments for vLLM, after --.")
    ],
    name: Annotated[str, Parameter(help="What requests call it.")] = "",
    host: Host = "127.0.0.1",
    port: Annotated[int, Parameter(group=_WHERE, help="8000.")] = 8000,
    token_env: TokenEnv = "",
    no_token: NoToken = False,
    tensor_parallel: Annotated[int, Parameter(help="GPUs that the model is spread over; 1.")] = 1,
    gpu_memory_utilization: Annotated[
        float | None, Parameter(metavar="SHARE", help="Of the GPU's memory, 0 to 1.")
    ] = None,
    max_model_len: Annotated[int, Parameter(help="Tokens of prompt and answer; 16384.")] = 16_384,
    images: Annotated[int, Parameter(help="Pictures in one request; 2.")] = 2,
    max_pixels: Annotated[
        int, Parameter(help="Of one picture; 1048576, as in training. 0: the model's own.")
    ] = 1024 * 1024,
    wait: Annotated[
        float,
        Parameter(converter=as_seconds, metavar="TIME", help="How long it may take to start; 30m."),
    ] = 1800.0,
    common: Common = COMMONLY,
) -> int:
    """Serve a thinker by vLLM, and say so once it has answered about two pictures.

    editloop serve thinker /models/EditThinker-8B --tensor-parallel 2
    editloop serve thinker /models/EditThinker-8B -- --dtype bfloat16
    """
    from ..server.vllm import ThinkerServer
    from .serving import run_thinker, token_of

    server = ThinkerServer(
        model=model,
        name=name,
        host=host,
        port=port,
        tensor_parallel=tensor_parallel,
        memory=gpu_memory_utilization,
        length=max_model_len,
        images=images,
        pixels=max_pixels,
        token=token_of(token_env),
        extra=extra,
    )
    return run_thinker(server, common, within=wait, open_=no_token)


@app.command
def nginx_config(
    *,
    upstream: Annotated[
        list[str], Parameter(metavar="HOST:PORT", help="A service; once for each.")
    ],
    listen: Annotated[
        str, Parameter(metavar="HOST:PORT", help="Where nginx listens; 127.0.0.1:8080.")
    ] = "127.0.0.1:8080",
    server_name: Annotated[
        str, Parameter(metavar="NAME", help="The name that nginx answers to; any.")
    ] = "_",
    megabytes: Annotated[int, Parameter(help="One request; 100.")] = 100,
    seconds: Annotated[
        float,
        Parameter(converter=as_seconds, metavar="TIME", help="One edit and its waiting; 11m."),
    ] = 660.0,
    part: Annotated[bool, Parameter(negative="", help="Only what stands inside http { }.")] = False,
) -> int:
    """Print a configuration of nginx that balances several edit services.

    editloop serve nginx-config --upstream gpu-1:8005 --upstream gpu-2:8005 > nginx.conf
    """
    from ..server.nginx import Front, config

    front = Front(
        upstreams=upstream,
        listen=listen,
        name=server_name,
        body_megabytes=megabytes,
        seconds=int(seconds),
        complete=not part,
    )
    print(config(front), end="")
    return 0
