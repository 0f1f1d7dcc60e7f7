"""A report as one HTML file: nothing is fetched, nothing runs, everything can be reached by keys."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

import pybase64

from ..tables import (
    Cell,
    Column,
    Line,
    Report,
    Shown,
    ShownPicture,
    Table,
    common_scale,
    coverage,
    footnotes,
    has_counts,
    number,
    range_of,
    reasons,
)
from .look import CSS

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def as_html(report: Report, thumbnails: Mapping[str, bytes] | None = None) -> str:
    """The page. `thumbnails` are JPEGs by the SHA-256 of their picture; where one is missing, the
    page says so."""
    body = [
        '<a class="skip" href="#tables">Skip to the tables</a>',
        f"<header><h1>{escape(report.title)}</h1>{_facts(report)}",
        *(_note(note) for note in report.notes),
        f'</header>{_contents(report)}<main id="tables">',
        *(_table(table) for table in report.tables),
        _cases(report.cases, thumbnails or {}),
        "</main>",
    ]
    return "\n".join([_head(report.title), *body, "</body></html>\n"])


def _head(title: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{CSS}</style></head><body>"
    )


def _facts(report: Report) -> str:
    pairs = (f"<dt>{escape(f.name)}</dt><dd>{escape(f.value)}</dd>" for f in report.facts)
    return f"<dl>{''.join(pairs)}</dl>"


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'


def _contents(report: Report) -> str:
    names = [(f"table-{each.key}", each.title) for each in report.tables]
    if report.cases:
        names.append(("cases", "Cases"))
    items = (f'<li><a href="#{escape(key)}">{escape(title)}</a></li>' for key, title in names)
    return f'<nav aria-label="Contents"><ul>{"".join(items)}</ul></nav>'


def _table(table: Table) -> str:
    counted = has_counts(table.lines)
    absent = any(reasons(line.counts) for line in table.lines)
    scale = common_scale(table)
    titles = "".join(_title(column, scale) for column in table.columns)
    titles += '<th scope="col">scored</th>' * counted
    titles += '<th scope="col" class="why">unscored</th>' * absent
    lines = "\n".join(_line(line, table.columns, counted, absent) for line in table.lines)
    key, title = escape(table.key), f"{table.title} ({scale})" if scale else table.title
    return (
        f'<section aria-labelledby="table-{key}"><h2 id="table-{key}">{escape(title)}</h2>'
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="table-{key}"><table>'
        f'<thead><tr><th scope="col"></th>{titles}</tr></thead>\n<tbody>{lines}</tbody></table></div>'
        f"{''.join(map(_note, (*table.notes, *footnotes(table))))}</section>"
    )


def _title(column: Column, common: str) -> str:
    own = column.scale if column.scale != common else ""
    scale = f'<span class="scale">{escape(own)}</span>' if own else ""
    return f'<th scope="col">{escape(column.name)}{scale}</th>'


def _line(line: Line, columns: Sequence[Column], counted: bool, absent: bool) -> str:
    published = line.origin == "published"
    where = line.source.rpartition(", ")[2]
    tag = f'<span class="tag">† published, {escape(where)}</span>' if published else ""
    cells = "".join(_cell(c, column) for c, column in zip(line.cells, columns, strict=True))
    more = f"<td>{escape(coverage(line.counts))}</td>" * counted
    more += f'<td class="why">{escape(reasons(line.counts))}</td>' * absent
    kind = "published" if published else line.level
    return f'<tr class="{kind}"><th scope="row">{escape(line.name)}{tag}</th>{cells}{more}</tr>'


def _cell(cell: Cell, column: Column) -> str:
    interval = range_of(cell, column)
    sure = f'<span class="range">{escape(interval)}</span>' if interval else ""
    return f"<td>{escape(number(cell, column))}{sure}</td>"


def _cases(cases: Sequence[Shown], thumbnails: Mapping[str, bytes]) -> str:
    if not cases:
        return ""
    items = "\n".join(_case(each, thumbnails) for each in cases)
    return (
        '<section aria-labelledby="cases"><h2 id="cases">Cases</h2>'
        f'<ul class="cases">{items}</ul></section>'
    )


def _case(case: Shown, thumbnails: Mapping[str, bytes]) -> str:
    pictures = "".join(_picture(each, thumbnails) for each in case.pictures)
    return (
        f'<li><h3>{escape(case.name)}</h3><div class="category">{escape(case.part)}</div>'
        f"<p>{escape(case.instruction)}</p>"
        f'<div class="pictures">{pictures}</div><p class="remark">{escape(case.remark)}</p></li>'
    )


def _picture(picture: ShownPicture, thumbnails: Mapping[str, bytes]) -> str:
    caption = escape(picture.caption)
    made = thumbnails.get(picture.sha256)
    if made is None:
        shown = '<div class="gone">not in the store</div>'
    else:
        data = pybase64.b64encode(made).decode()
        shown = f'<img alt="{caption}" src="data:image/jpeg;base64,{data}" loading="lazy">'
    return f"<figure>{shown}<figcaption>{caption}</figcaption></figure>"


def named(cases: Iterable[Shown]) -> list[str]:
    """The pictures that a page of these cases shows, each once."""
    return list(dict.fromkeys(p.sha256 for case in cases for p in case.pictures))
