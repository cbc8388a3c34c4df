"""A deterministic assistant, library and renderer for tests of the page, and a server in a thread.

Run it by hand with ``python tests/ui_fake_desk.py PORT`` to look at the page without models.
"""

from __future__ import annotations

import hashlib
import io
import os
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.errors import GenerationFailed
from ingest.records import Box, Paper, Reference
from rag.records import Answer, AnswerSentence, Citation, Status
from rag.settings import Settings
from rag.table_records import Table, TableRow
from ui.web.desk import Desk
from ui.web.engine import Engine
from ui.web.evidence import PageImage, PageImages
from ui.web.jobs import Jobs
from ui.web.library import Library
from ui.web.rows import Catalogue, Heading, Row

WIDTH, HEIGHT = 595.0, 842.0
SECRET = "secret path /root/inside"
HOSTILE = (
    '<img src=x onerror="window.__xss=1"><script>window.__xss=2</script> ${window.__xss=3} '
    "{{constructor.constructor('window.__xss=4')()}} ![p](http://evil.example/p.png) [9] "
    "<style>body{display:none}</style> [链接](javascript:window.__xss=5)"
)


def make_paper(name: str, title: str, **fields: object) -> Paper:
    """A paper whose id is the hash of its file name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Paper(digest, name, title, page_count=5, **fields)  # type: ignore[arg-type]


LUNG = make_paper(
    "lung.pdf",
    "肺癌肝转移的机制与治疗（测试文本）",
    title_en="Liver metastasis of lung cancer (test text)",
    authors=("示例甲", "示例乙"),
    journal="测试杂志",
    year=2025,
    doi="10.0000/test.1",
    keywords_en=("integrin",),
)
KIDNEY = make_paper("kidney.pdf", "糖尿病肾病的治疗（测试文本）", authors=("示例丙",), year=2024)

QUOTES = (
    ("整合素介导肿瘤细胞与肝窦内皮的黏附，是定植的第一步。", ("1 机制", "1.1 整合素"), 2),
    ("TGF-β 经 Smad2/3 诱导上皮间质转化，增强侵袭能力。", ("1 机制", "1.2 TGF-β/Smad 信号通路"), 2),
    ("免疫治疗联合抗血管生成药物可改善肝转移患者的应答。", ("2 治疗",), 3),
)


def make_citation(number: int, *, quote: str = "", paper: Paper = LUNG) -> Citation:
    """Citation ``number`` with boxes; the third runs over a page break."""
    text, section, page = QUOTES[(number - 1) % len(QUOTES)]
    text = quote or text
    top = 120.0 + 90 * number
    right = 290 if number == 2 else 520  # the second stands in a column
    boxes = [Box(page, 70, top, right, top + 14), Box(page, 70, top + 20, 290, top + 34)]
    if number == 3:
        boxes[1] = Box(page + 1, 70, 90, 380, 104)
    before, after = "此前的一句。", "此后的一句。"
    return Citation(
        number,
        paper,
        f"{paper.id[:16]}-{number:04d}",
        page,
        section,
        text,
        tuple(boxes),
        0.9,
        len(before),
        len(before) + len(text),
        before + text + after,
        cited=(Reference(12, "某某. 某研究[J]. 某杂志, 2020."),) if number == 1 else (),
        gloss=(("整合素", "integrin"),) if number == 1 else (),
    )


@dataclass
class FakeAssistant:
    """Answers by the words in the question; ``hold`` makes it wait until it is set."""

    hold: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def ask(self, question: str, **options: object) -> Answer:
        self.asked.append((question, options))
        if "慢" in question:
            self.hold.wait(20)
        if "坏" in question:
            raise RuntimeError(SECRET)
        if "端点" in question:
            raise GenerationFailed("模型端点没有应答。", "the model endpoint did not answer.")
        history = options.get("history") or ()
        resolved = (
            f"{question}（承上：{history[-1]}）" if "那" in question and history else question
        )
        if "天气" in question:
            nearest = (make_citation(1),)
            return self._answer(question, resolved, Status.NOT_FOUND, (), (), nearest)
        if "扫描" in question:
            scan = replace(make_citation(1), boxes=(), ocr=True)
            sentence = AnswerSentence(scan.quote, (1,))
            return self._answer(question, question, Status.ANSWERED, (sentence,), (scan,), ())
        if "恶意" in question:
            bad = make_paper(f"{HOSTILE[:40]}.pdf", HOSTILE)
            bad = Paper(LUNG.id, bad.file, HOSTILE, page_count=5)
            citation = make_citation(1, quote=HOSTILE, paper=bad)
            sentence = AnswerSentence(HOSTILE, (1,), "llm")
            struck = AnswerSentence(f"编造的句子。{HOSTILE}", (), "llm", HOSTILE)
            both = (sentence, struck)
            return self._answer(question, HOSTILE, Status.ANSWERED, both, (citation,), ())
        count = 1 if "部分" in question else 3
        citations = tuple(make_citation(n) for n in range(1, count + 1))
        sentences = tuple(AnswerSentence(c.quote, (c.number,)) for c in citations)
        status = Status.PARTLY if "部分" in question else Status.ANSWERED
        return self._answer(question, resolved, status, sentences, citations, ())

    def table(self, kind: str, papers: frozenset[str] | None = None) -> Table:
        cells = [
            ("整合素", "促进", "↑", "肝转移"),
            ("TGF-β", "抑制", "↓", ""),
            ("=HYPERLINK(1)", HOSTILE, "", ""),
        ]
        rows = (TableRow(cell, make_citation(n)) for n, cell in enumerate(cells, 1))
        heads = (
            ("分子", "Molecule"),
            ("效应", "Effect"),
            ("方向", "Direction"),
            ("对象", "Target"),
        )
        return Table(kind, heads, tuple(rows) if kind == "mechanisms" else ())

    def occurrences(self, paper_id: str, words: str) -> tuple[tuple[Citation, ...], int]:
        if paper_id != LUNG.id:
            raise KeyError(paper_id)
        if words == "恶意":
            return (make_citation(1, quote=HOSTILE),), 1
        found = tuple(make_citation(n) for n in (1, 2, 3) if words in QUOTES[n - 1][0])
        return found, len(found)

    def ask_stream(self, question: str, **options: object) -> Iterator[tuple[Answer, bool]]:
        answer = self.ask(question, **options)
        if "半" in question:
            yield replace(answer, sentences=answer.sentences[:1]), False
            self.hold.wait(20)
        yield answer, True

    def _answer(
        self,
        question: str,
        resolved: str,
        status: Status,
        sentences: tuple[AnswerSentence, ...],
        citations: tuple[Citation, ...],
        nearest: tuple[Citation, ...],
    ) -> Answer:
        return Answer(
            question,
            resolved,
            "zh",
            status,
            sentences,
            citations,
            nearest,
            {"total": 42.0},
            "snap-test",
            missing=("生存期",) if status is Status.PARTLY else (),
        )


def draw_page(path: Path, page: int) -> PageImage:
    """A white page with grey lines where text would be."""
    from PIL import Image, ImageDraw

    if page > 5:
        raise ValueError("no such page")
    image = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(image)
    draw.text((140, 90), f"{path.name} {page}", fill="black")
    for row in range(38):
        draw.rectangle((140, 180 + row * 40, 1080 - (row % 7) * 40, 194 + row * 40), fill="#c9c9c9")
    out = io.BytesIO()
    image.save(out, "PNG")
    return PageImage(out.getvalue(), WIDTH, HEIGHT)


def make_rows(folder: Path) -> tuple[Row, ...]:
    """Two papers that are in and one that failed, with files on disk."""
    papers = folder / "papers"
    papers.mkdir(parents=True, exist_ok=True)
    rows = []
    broken = make_paper("broken.pdf", "")
    for paper in (LUNG, KIDNEY, broken):
        path = papers / paper.file
        path.write_bytes(b"%PDF-1.4\n" + paper.file.encode())
        if paper is broken:
            reason = (
                "需要密码，未索引。请解除密码后重试。",
                "needs a password. Remove it and retry.",
            )
            rows.append(Row(paper, path, "failed", reason))
            continue
        outline = tuple(Heading(section, page) for _, section, page in QUOTES)
        card = {
            "columns": [2, 2],
            "references": 31,
            "ocr_pages": [4],
            "failed_pages": [],
            "warnings": ["p. 4: 看不见的字符 / hidden characters"],
        }
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        row = Row(paper, path, "indexed", passages=40, card=card, outline=outline, sha256=digest)
        rows.append(row)
    return tuple(rows)


def make_desk(folder: Path, *, empty: bool = False, log_questions: bool = False) -> Desk:
    """A desk on fakes; ``desk.fake`` parts are reached through its fields."""
    snapshot = {"id": "" if empty else "snap-test"}
    rows = () if empty else make_rows(folder)
    library = Library(folder, lambda: Catalogue(snapshot["id"], rows if snapshot["id"] else ()))
    library.refresh()
    assistant = FakeAssistant()
    engine = Engine(lambda old: assistant, lambda: snapshot["id"])
    engine.on_change(library.refresh)
    jobs = Jobs(folder / "jobs", environment=dict(os.environ))
    images = PageImages(library.locate, draw_page)
    return Desk(
        Settings(library=folder), engine, library, jobs, images, log_questions=log_questions
    )


class Served:
    """The page of a desk on a free port, in a thread of this process."""

    def __init__(self, desk: Desk) -> None:
        import uvicorn

        up = threading.Event()

        class Announced(uvicorn.Server):
            """Says when it answers, so that nobody has to look again and again."""

            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                up.set()

        from ui.server import create_app, prepare_environment
        from ui.web.security import trusted_hosts

        self.desk = desk
        prepare_environment(desk.settings.library)
        app = create_app(desk, hosts=trusted_hosts("127.0.0.1", ()))
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        config = uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=1)
        self.server = Announced(config)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [bound]}, daemon=True
        )
        self.thread.start()
        assert up.wait(60), "the server did not start"
        desk.engine.start()

    def close(self) -> None:
        """Stop the server and free the port."""
        self.server.should_exit = True
        self.thread.join(10)


if __name__ == "__main__":
    import tempfile

    from ui import server

    place = Path(tempfile.mkdtemp())
    server.prepare_environment(place)
    made = make_desk(place, empty="--empty" in sys.argv)
    server.run(
        server.create_app(made, hosts=["localhost", "127.0.0.1"]),
        server._bind("127.0.0.1", int(sys.argv[1])),
        made.engine.start,
    )
