"""`editloop eval …`: benchmarks. The commands load when they are asked for."""

from .branch import branch

app = branch("eval", "Benchmarks: produce pictures, score them, and report.")

_RUN = """Produce: a run for every case that has none yet.

The data set is yours, in a folder as it is published; nothing is downloaded. The same command \
again goes on where the last one was cut off; what is on record is not done twice. Several \
processes may share the work.

editloop eval run imgedit --data ImgEdit/ --editor openai:gpt-image-2 --seeds 3 -j 16"""

_SCORE = """Score: put every picture to a judge.

Answers are kept word for word and asked for once: the same command again, another system's \
identical picture, and both profiles of the reports cost nothing more.

editloop eval score imgedit --data ImgEdit/ --judge 'http://gpu-1:8000/v1?model=Qwen2.5-VL-72B'"""

_REPORT = """Report: tables of what judges said, with 95 % intervals. Nothing is judged again.

editloop eval report gedit --data GEdit/ --html report.html
editloop eval report gedit --data GEdit/ --system kontext --layout turns"""

_COMPARE = """Compare two systems case by case: paired differences, wins, ties and losses.

editloop eval compare imgedit kontext kontext+thinker --data ImgEdit/ --html compared.html"""

_EXPORT = """Lay a system's pictures out for the published scripts, which run on them unchanged.

editloop eval export kris --data KRIS/ --system kontext --out out/"""

for _at, (_name, _place, _text) in enumerate(
    (
        ("list", "eval_look:list_", "Name the suites, and say what each needs."),
        ("check", "eval_look:check", "Say what a folder holds of a suite, and what a run costs."),
        ("run", "eval_run:run", _RUN),
        ("score", "eval_score:score", _SCORE),
        ("report", "eval_report:report", _REPORT),
        ("compare", "eval_report:compare", _COMPARE),
        ("export", "eval_report:export", _EXPORT),
        ("world", "eval_world:world", "Compare stop policies and selectors in a simulation."),
    )
):
    app.command(f"{__package__}.{_place}", name=_name, help=_text, sort_key=_at, help_epilogue="")
