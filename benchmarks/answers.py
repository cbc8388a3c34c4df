"""Answers on the sample papers and, if there, on public sets: ``python -m benchmarks.answers``.

``--samples`` leaves the public sets out, ``--most N`` asks at most N questions of each of
them, evenly taken from the whole,
``--calibrate`` fits what ``rag/data`` ships (ranking.json, calibration.json) and writes it.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quotes import stands
from ingest.clean import fold_for_match
from ingest.folders import cache_folder
from rag.answer_evaluation import outcomes, summary
from rag.answering import Library
from rag.assistant import Assistant
from rag.blanking import holds
from rag.calibrating import calibrated
from rag.followup import complete
from rag.question_sets import QuestionSet, SetQuestion
from rag.records import Answer, Status
from rag.settings import Settings
from ui.console import table
from ui.evaluation import open_set
from ui.evaluation import table as measures
from ui.indexing import index_paths

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "benchmarks" / "data" / "sample_questions.tsv"
PUBLIC = ROOT.parent / "shared" / "data"
ANSWERLESS = ("near", "off")


@dataclass(frozen=True, slots=True)
class SampleQuestion:
    """A line of the table: gold fragments with the page of each, and the question before."""

    language: str
    kind: str
    text: str
    gold: tuple[str, ...]
    paper: str
    pages: tuple[int, ...]
    before: str

    @property
    def resolved(self) -> str:
        """The question completed from the one before."""
        return complete(self.text, [self.before] if self.before else [])


def sample_questions() -> tuple[SampleQuestion, ...]:
    """Return the questions over the sample papers."""
    with open(QUESTIONS, encoding="utf-8", newline="") as lines:
        return tuple(
            SampleQuestion(
                language=row["language"],
                kind=row["kind"],
                text=row["question"],
                gold=tuple(row["gold"].split("|")) if row["gold"] else (),
                paper=row["paper"],
                pages=tuple(int(page) for page in row["page"].split("|") if page),
                before=row["before"],
            )
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        )


def sample_assistant() -> Assistant:
    """Return an assistant over the sample papers, indexed in the cache folder."""
    settings = Settings(library=cache_folder() / "benchmark-samples" / "library")
    index_paths(settings, sorted((ROOT / "samples").glob("*.pdf")), full=None)
    return Assistant.open(settings=settings)


def sample_set(language: str) -> QuestionSet:
    """Return the questions in a language as a set; those without an answer have no gold."""
    rows = [q for q in sample_questions() if q.language == language and q.kind != "off"]
    listed = tuple(
        SetQuestion(q.resolved, q.resolved, language, q.gold, frozenset([q.paper] * bool(q.gold)))
        for q in rows
    )
    return QuestionSet(f"samples-{language}", {}, listed)


def gold_page(question: SampleQuestion, answer: Answer) -> bool | None:
    """Tell whether the gold fragment is cited on its page; None when it is not cited."""
    for gold, page in zip(question.gold, question.pages, strict=True):
        for citation in answer.citations:
            if holds(citation.quote, [gold]):
                # A quote begins where its first sentence does: the page before, at a break.
                return page in {box.page for box in citation.boxes}
    return None


def ask_samples(assistant: Assistant) -> str:
    """Return a table of what came of each kind of question over the sample papers."""
    seen: dict[tuple[str, str], list[tuple[Status, bool, bool | None]]] = defaultdict(list)
    for question in sample_questions():
        history = [question.before] if question.before else []
        answer = assistant.ask(question.text, history=history, llm=False)
        shown = any(holds(c.quote, question.gold) for c in answer.citations)
        seen[(question.language, question.kind)].append(
            (answer.status, shown, gold_page(question, answer))
        )
    rows = []
    for (language, kind), results in sorted(seen.items()):
        pages = [page for *_, page in results if page is not None]
        rows.append(
            (
                language,
                kind,
                len(results),
                *(sum(s is status for s, *_ in results) for status in Status),
                "" if kind in ANSWERLESS else sum(shown for _, shown, _ in results),
                f"{sum(pages)}/{len(pages)}" if pages else "",
            )
        )
    head = ("", "kind", "asked", "answered", "partly", "not found", "gold shown", "right page")
    return table(head, rows)


def verbatim(assistant: Assistant) -> tuple[int, int]:
    """Return how many quotes stand letter by letter in their page's own text, of how many."""
    import pypdfium2

    texts: dict[str, list[str]] = {}
    good = total = 0
    for question in sample_questions():
        for citation in assistant.ask(question.text, llm=False).citations:
            file = citation.paper.file
            if file not in texts:
                with pypdfium2.PdfDocument(ROOT / "samples" / file) as pdf:
                    texts[file] = [
                        fold_for_match(page.get_textpage().get_text_range()) for page in pdf
                    ]
            pages = sorted({box.page for box in citation.boxes})
            printed = "".join(texts[file][page - 1] for page in pages)
            parts = [fold_for_match(part) for part in citation.quote.split("，")]
            total += 1
            good += all(stands(part, printed) for part in parts)
    return good, total


def public_sets(settings: Settings) -> list[tuple[Library, QuestionSet]]:
    """Return the public sets beside the repository with their libraries, none when absent."""
    folders = sorted(p.parent for p in PUBLIC.glob("*/queries.jsonl")) if PUBLIC.is_dir() else []
    return [open_set(folder, settings) for folder in folders]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", action="store_true")
    parser.add_argument("--most", type=int)
    parser.add_argument("--calibrate", action="store_true")
    options = parser.parse_args(arguments)
    assistant = sample_assistant()
    own = [(assistant.library, sample_set(language)) for language in ("zh", "en")]
    public = [] if options.samples else public_sets(Settings.load())
    public = [(library, questions.thinned(options.most)) for library, questions in public]
    if options.calibrate:
        fitted = calibrated([*public, *own])
        for name, value in fitted.data.items():
            text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
            (ROOT / "rag" / "data" / f"{name}.json").write_text(text, encoding="utf-8")
        print(
            table(("set", "condition", "AUROC / @1", "false at 95 % / @3", "answered"), fitted.rows)
        )
        return 0
    print(ask_samples(assistant), end="\n\n")
    good, total = verbatim(assistant)
    print(f"quotes letter by letter on their page: {good}/{total}", end="\n\n")
    for library, questions in [*own, *public]:
        print(measures({"set": questions.name, **summary(list(outcomes(library, questions)))}))
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
