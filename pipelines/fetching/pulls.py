"""One pull of a report: page after page into a folder that appears when it is whole.

Belongs here: what is written in which order, so that a killed pull goes on where it
was. Does not belong here: which days are asked for (``windows``), HTTP (``client``).

A pull is written below ``.unitmill``, where landing does not look: each page, then what
is known of the pull, in one file. When the last page is there, the folder of pages is
moved to where landing looks, in one rename, and then the manifest is written.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.fetching import FetchError, TooMuchError
from pipelines.fetching.manifests import (
    STAMP,
    Place,
    moment_of,
    pair_of,
    span_of,
    write_manifest,
)
from pipelines.fetching.vendor import Body, Question, Report, Span, parsed
from pipelines.files import (
    DamagedError,
    put_on_disk,
    read_sealed,
    replaced,
    write_sealed,
)

# A cursor may end; an answer that was broken off before that is asked for anew.
CURSOR_LASTS = timedelta(hours=1)
# What is older goes on no more: its days have changed.
PULL_LASTS = timedelta(hours=24)
UNFINISHED = ".part"
PROGRESS = "pull.json"
PAGES = "pages"


@dataclass(slots=True)
class Pull:
    """A pull that is not whole yet.

    Attributes:
        place: whose it is.
        stamp: when it was begun.
        identity: of the questions, days aside.
        spans: the days that it is of.
        queue: what is still to be asked; the first one is next.
        pages: what was answered: file (None without rows), rows, bytes, hash, question.
        saved_at: when it was written down last.
        begun_anew: names of answers that this process began anew.
    """

    place: Place
    stamp: str
    identity: str
    spans: tuple[Span, ...]
    queue: list[Question]
    pages: list[dict[str, Any]] = field(default_factory=list)
    saved_at: str = ""
    begun_anew: set[str] = field(default_factory=set)

    @property
    def folder(self) -> Path:
        """Where it is written."""
        return self.place.records / f"{self.stamp}{UNFINISHED}"

    def values(self) -> dict[str, Any]:
        """Give what a manifest says of it."""
        return {
            "asked_at": self.stamp,
            "identity": self.identity,
            "spans": [pair_of(span) for span in self.spans],
            "pages": self.pages,
        }


def begin(
    place: Place, identity: str, questions: Sequence[Question], now: datetime
) -> Pull:
    """Begin a pull; two that begin in one second have different names."""
    at = now
    while (
        place.folder.joinpath(f"{at:{STAMP}}").exists()
        or (place.records / f"{at:{STAMP}}.json").exists()
    ):
        at += timedelta(seconds=1)
    spans = tuple(question.span for question in questions)
    return Pull(place, f"{at:{STAMP}}", identity, spans, [*questions])


def unfinished(
    place: Place, report: Report, settings: object, identity: str, now: datetime
) -> Pull | None:
    """Give the pull that was broken off, if it can go on; what cannot is removed."""
    for folder in sorted(place.records.glob(f"*{UNFINISHED}"), reverse=True):
        pull = _read(place, folder)
        if (
            pull
            and pull.identity == identity
            and now - moment_of(pull.stamp) < PULL_LASTS
        ):
            if now - moment_of(pull.saved_at) > CURSOR_LASTS:
                _begin_answer_anew(pull, report, settings)
            return pull
        shutil.rmtree(folder)
    return None


def finish(
    pull: Pull,
    report: Report,
    settings: object,
    ask: Callable[[Question], bytes],
) -> Mapping[str, Any]:
    """Ask what is left, make the pages appear, and give the manifest.

    Raises:
        FetchError: the vendor does not answer, or not so that its pages can be kept.
    """
    if pull.queue:
        (pull.folder / PAGES).mkdir(parents=True, exist_ok=True)
        _save(pull)
    while pull.queue:
        _answer(pull, report, settings, ask)
        _save(pull)
    _appear(pull)
    return pull.values()


def _answer(
    pull: Pull, report: Report, settings: object, ask: Callable[[Question], bytes]
) -> None:
    question = pull.queue[0]
    try:
        raw = ask(question)
    except TooMuchError as error:
        # A cursor that ended is refused, too.
        if question.page > 1 and question.name not in pull.begun_anew:
            _begin_answer_anew(pull, report, settings)
            return
        if not report.splits:
            raise FetchError(
                f"{question.path} of {question.span} is refused (400{error}); that is "
                "a fault of this version of Unitmill or a change of the vendor's API"
            ) from None
        _split(pull, report, settings, f"is refused (400{error})")
        return
    rows, following = _read_page(report, question, raw)
    page = {
        "rows": rows,
        "bytes": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
        **_written(question),
    }
    _refuse_again(pull, page, following)
    file = f"{question.name}-page-{question.page:03}.json" if rows else None
    if file:
        with replaced(pull.folder / PAGES / file) as temporary:
            temporary.write_bytes(raw)
    pull.pages.append({"file": file, **page})
    if report.is_chained and not following and _has_gaps(pull, question.name):
        _split(pull, report, settings, "has a page without rows among others")
        return
    pull.queue[:1] = [following] if following else []


def _refuse_again(
    pull: Pull, page: Mapping[str, Any], following: Question | None
) -> None:
    """Refuse a page that was there before, or asks for one: they would have no end."""
    earlier = [each for each in pull.pages if each["name"] == page["name"]]
    asked = [(each["params"], each["body"]) for each in (*earlier, page)]
    again = _written(following) if following else {}
    if (again.get("params"), again.get("body")) in asked or any(
        each["sha256"] == page["sha256"] for each in earlier
    ):
        raise FetchError(
            f"{page['path']} answered page {page['page']} of {page['name']} with a "
            "page that was there before, or asks for one; see whether a proxy leaves "
            "parameters out"
        )


def _has_gaps(pull: Pull, name: str) -> bool:
    """Return whether of the pages of an answer some have rows, and others none."""
    return len({page["rows"] > 0 for page in pull.pages if page["name"] == name}) > 1


def _read_page(
    report: Report, question: Question, raw: bytes
) -> tuple[int, Question | None]:
    """Give how many rows a page has, and the question for the next one."""
    try:
        body: Body = parsed(raw)
        return report.rows(body), report.after(question, body)
    # What is nested without end is no page, too.
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FetchError(
            f"{question.path} answered for {question.span} with {len(raw)} bytes that "
            f"are no page of it ({type(error).__name__}); see whether base_url is "
            "right, and whether a proxy answers in its place"
        ) from None


def _split(pull: Pull, report: Report, settings: object, why: str) -> None:
    """Ask for the days of the first question in two halves, anew."""
    span = pull.queue[0].span
    if span.days == 1:
        raise FetchError(
            f"{pull.queue[0].path} of {span} {why}, and a day is the least that can be "
            "asked for; take the report out with leave_out, and tell us"
        )
    _forget_pages(pull, pull.queue[0].name)
    pull.queue[:1] = [report.ask(settings, half) for half in span.halves()]


def _begin_answer_anew(pull: Pull, report: Report, settings: object) -> None:
    if pull.queue and pull.queue[0].page > 1:
        pull.begun_anew.add(pull.queue[0].name)
        _forget_pages(pull, pull.queue[0].name)
        pull.queue[0] = report.ask(settings, pull.queue[0].span)


def _forget_pages(pull: Pull, name: str) -> None:
    """Take back the pages of an answer that is asked for in another way."""
    forgotten = [page for page in pull.pages if page["name"] == name]
    pull.pages = [page for page in pull.pages if page["name"] != name]
    for page in forgotten:
        if page["file"]:
            (pull.folder / PAGES / page["file"]).unlink(missing_ok=True)


def _appear(pull: Pull) -> None:
    """Move the pages to where landing looks, at once, and say that they are whole."""
    pages, final = pull.folder / PAGES, pull.place.folder / pull.stamp
    # They are there already where the process was killed behind this rename.
    if any(page["file"] for page in pull.pages) and not final.exists():
        final.parent.mkdir(parents=True, exist_ok=True)
        put_on_disk(pages)
        pages.rename(final)
        put_on_disk(final.parent)
    write_manifest(pull.place, pull.stamp, pull.values())
    shutil.rmtree(pull.folder)


def _save(pull: Pull) -> None:
    pull.saved_at = f"{datetime.now(UTC):{STAMP}}"
    queue = [_written(question) for question in pull.queue]
    values = {**pull.values(), "queue": queue, "saved_at": pull.saved_at}
    write_sealed(pull.folder / PROGRESS, values)


def _read(place: Place, folder: Path) -> Pull | None:
    """Read a pull that was broken off; None where it cannot go on."""
    try:
        values = read_sealed(folder / PROGRESS)
    except (DamagedError, FileNotFoundError):
        return None
    return Pull(
        place=place,
        stamp=str(values["asked_at"]),
        identity=str(values["identity"]),
        spans=tuple(span_of(pair) for pair in values["spans"]),
        queue=[_question(each) for each in values["queue"]],
        pages=values["pages"],
        saved_at=str(values["saved_at"]),
    )


def _written(question: Question) -> dict[str, object]:
    return {
        "name": question.name,
        "span": pair_of(question.span),
        "path": question.path,
        "params": [list(pair) for pair in question.params],
        "body": question.body,
        "page": question.page,
    }


def _question(values: Mapping[str, Any]) -> Question:
    return Question(
        span=span_of(values["span"]),
        path=values["path"],
        params=tuple((name, value) for name, value in values["params"]),
        body=values["body"],
        page=values["page"],
    )
