"""Random journal-like pages: a seed in, a typst source and what it says in order out.

The sentences are those of our own samples, no sentence twice, so that every piece of a page is
known again wherever it was read.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import cache

from samples.build import HERE

_SENTENCE = re.compile(r"(?:^|(?<=。))[^。]{12,160}。")
_MARKUP = re.compile(r"#c\[[^\]]*\]|#\w+(?:\([^)]*\))?\[([^\]]*)\]")
_NUMERALS = "一二三四五六七八九十"
_HEAD = "演示医学研究杂志"
_WORDS = (
    "受体", "通路", "细胞", "基因", "蛋白", "信号", "组织", "表达", "抑制", "激活", "转移", "凋亡",
    "剂量", "疗效", "随访", "炎症", "血管", "屏障", "代谢", "免疫",
)  # fmt: skip


@dataclass(slots=True)
class Made:
    """A typst source and its truth: pieces of text in reading order, and what stands aside."""

    source: str = ""
    kinds: list[str] = field(default_factory=list)
    title: str = ""
    flow: list[str] = field(default_factory=list)  # paragraphs and headings in reading order
    headings: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)  # of tables
    aside: list[str] = field(default_factory=list)  # heads, notes, lettering: never in prose
    captions: list[str] = field(default_factory=list)
    references: int = 0


class Maker:
    """Makes one document; every choice comes from the seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.made = Made()
        self.sentences = list(_sentences())
        self.chance.shuffle(self.sentences)
        self.counts = {"figure": 0, "table": 0, "label": 0, "number": 0}
        self.columns = self.chance.choice((1, 2, 2, 2, 3))
        self.size = {1: 10.5, 2: self.chance.choice((9.0, 9.5, 10.0, 10.5)), 3: 8.0}[self.columns]
        self.gutter = self.chance.choice((8, 10, 12, 16, 20, 24))
        self._kind(f"{self.columns} columns", f"gutter {'< 12' if self.gutter < 12 else '>= 12'}")
        self.style = self.chance.choice(("1", "一、", "bold", "centred", "run-in", "1."))
        self._kind(f"headings {self.style}")

    def _kind(self, *names: str) -> None:
        self.made.kinds += [name for name in names if name not in self.made.kinds]

    def _pick(self, share: float, name: str) -> bool:
        """Decide on a feature and note its name where it is taken."""
        taken = self.chance.random() < share
        if taken:
            self._kind(name)
        return taken

    # --- pieces -----------------------------------------------------------------------------

    def _prose(self, count: int) -> str:
        return "".join(self._sentence() for _ in range(count))

    def _sentence(self) -> str:
        if self.sentences:
            return self.sentences.pop()
        return f"在{self._label()}中，{self.chance.choice(_sentences())}"

    def _label(self) -> str:
        """A short text that stands in one place only."""
        self.counts["label"] += 1
        one, two = self.chance.sample(_WORDS, 2)
        return f"{one}{two}{self.counts['label']:02d}"

    def _number(self) -> str:
        self.counts["number"] += 1
        return f"{self.chance.randint(10, 99)}.{self.counts['number']:03d}"

    def _paragraph(self) -> str:
        text = self._prose(self.chance.randint(2, 4))
        self.made.flow.append(text)
        return f"{text}\n\n"

    def _heading(self, at: tuple[int, ...]) -> str:
        name = "与".join(self.chance.sample(_WORDS, 2)) + self.chance.choice(("的作用", "分析", ""))
        if self.chance.random() < 0.15 and self.style != "run-in":
            name += "及其在演示疾病发生与发展过程中的潜在机制研究"
        number = ".".join(map(str, at))
        deep = len(at) > 1
        one = _NUMERALS[at[-1] - 1]
        text = {
            "1": f"{number} {name}",
            "1.": f"{number}. {name}" if not deep else f"{number} {name}",
            "一、": f"（{one}）{name}" if deep else f"{one}、{name}",
            "run-in": f"{number} {name}",
        }.get(self.style, name)
        self.made.headings.append(text)
        self.made.flow.append(text)
        if self.style == "run-in" and deep:
            return f'#text(font: "Noto Sans SC")[{text}]　'
        size = self.size if deep else self.size * (1.15 if self.style != "1" else 1.0)
        where = "center" if self.style == "centred" else "left"
        return (
            f"#block(above: 1.2em, below: 0.9em, sticky: true, width: 100%, align({where},"
            f' text(font: "Noto Sans SC", size: {size:.2f}pt)[{text}]))\n'
        )

    def _caption(self, what: str) -> str:
        sign = {"figure": "图", "table": "表"}[what]
        self.counts[what] += 1
        number = self.counts[what]
        text = f"{sign} {number}　{self._label()}的{self.chance.choice(_WORDS)}情况"
        self.made.captions.append(text)
        return f'#align(center, text(font: "Noto Sans SC", size: 0.86em)[{text}])'

    def _drawing(self) -> str:
        """Boxes with lettering and arrows, as drawn by a program: no image."""
        labels = [self._label() for _ in range(self.chance.choice((4, 6, 9)))]
        self.made.aside += labels
        size = self.chance.choice(("1em", "0.85em"))
        across = 2 if len(labels) == 4 or self.columns == 3 else 3
        cells = ", ".join(f"box(stroke: 0.5pt, inset: 4pt)[{label}]" for label in labels)
        framed = "0.6pt" if self.chance.random() < 0.5 else "none"
        return (
            f"#block(width: 100%, stroke: {framed}, inset: 6pt)[#set text(size: {size})\n"
            f"#grid(columns: {across}, column-gutter: 1fr, row-gutter: 14pt, {cells})\n"
            "#line(length: 60%, stroke: 0.5pt)]"
        )

    def _figure(self, scope: str = "column") -> str:
        name = "figure over all columns" if scope == "parent" else "figure at a column's top"
        self._kind(name)
        inside = f"{self._drawing()}\n{self._caption('figure')}"
        return self._float(inside, scope)

    def _float(self, inside: str, scope: str) -> str:
        return (
            f'#place({self.chance.choice(("top", "bottom"))}, float: true, scope: "{scope}",'
            f" clearance: 1.6em)[#set par(first-line-indent: 0pt)\n{inside}]\n"
        )

    def _table(self, scope: str = "column") -> str:
        plain = self._pick(0.3, "table without rules")
        below = self._pick(0.15, "caption below")
        columns = 3 if scope == "column" and self.columns > 1 else self.chance.choice((4, 5))
        rows = [["组别", *(self._label() for _ in range(columns - 1))]]
        for _ in range(self.chance.randint(3, 6)):
            rows.append([self._label(), *(self._number() for _ in range(columns - 1))])
        self.made.rows += rows
        cells = ", ".join(f"[{cell}]" for row in rows for cell in row)
        rules = "" if plain else "table.hline(y: 0), table.hline(y: 1, stroke: 0.4pt),"
        last = "" if plain else f", table.hline(y: {len(rows)})"
        body = (
            f"#set text(size: 0.86em)\n#table(columns: (1fr,) * {columns}, stroke: none,"
            f" inset: 3.5pt, {rules} {cells}{last})"
        )
        caption = self._caption("table")
        inside = f"{body}\n{caption}" if below else f"{caption}\n{body}"
        return self._float(inside, scope)

    def _two_tables(self) -> str:
        self._kind("tables side by side")
        sides = []
        for _ in range(2):
            rows = [[self._label(), self._label(), self._label()]]
            rows += [[self._label(), self._number(), self._number()] for _ in range(4)]
            self.made.rows += rows
            cells = ", ".join(f"[{cell}]" for row in rows for cell in row)
            sides.append(
                "[#table(columns: (1fr,) * 3, stroke: none, inset: 3pt, table.hline(y: 0),"
                f" table.hline(y: 1, stroke: 0.4pt), {cells}, table.hline(y: 5))]"
            )
        body = (
            "#set text(size: 0.86em)\n"
            f"#grid(columns: (1fr, 1fr), gutter: 20pt, {sides[0]}, {sides[1]})"
        )
        return self._float(body, "parent")

    def _wrapped(self) -> str:
        """A figure with text beside it, inside a column."""
        self._kind("text beside a figure")
        text = self._prose(3)
        self.made.flow.append(text)
        labels = [self._label() for _ in range(3)]
        self.made.aside += labels
        boxes = "\n\n".join(f"#box(stroke: 0.5pt, inset: 3pt)[{label}]" for label in labels)
        sides = [
            f"[{text}]",
            "[#set par(first-line-indent: 0pt)\n#set align(center)\n#set text(size: 0.86em)\n"
            f"#v(2pt)\n{boxes}\n{self._caption('figure')}]",
        ]
        if self.chance.random() < 0.5:
            sides.reverse()
        widths = "(1.2fr, 1fr)" if sides[0][1] != "#" else "(1fr, 1.2fr)"
        return (
            f"#block(breakable: false, grid(columns: {widths}, gutter: 10pt,"
            f" {sides[0]}, {sides[1]}))\n\n"
        )

    def _items(self) -> str:
        self._kind("list")
        form = self.chance.choice(("（{}）", "{}）", "({}) "))
        found = [form.format(n) + self._prose(1) for n in (1, 2, 3)]
        self.made.flow += found
        return "".join(f"{item.replace('(', chr(92) + '(')}\n\n" for item in found)

    def _formula(self) -> str:
        self._kind("formula")
        self.made.flow.append("")
        return "$ N(t) = N_0 e^(-k t) + sum_(i=1)^n x_i / y_i $\n\n"

    def _note(self) -> str:
        text = f"注释{self._label()}的来源说明"
        self.made.aside.append(text)
        return f"#footnote[{text}]"

    def _cited(self) -> str:
        self.made.references = self.chance.randint(6, 12)
        text = ['#block(above: 1.2em, below: 0.8em, text(font: "Noto Sans SC")[参考文献])']
        text.append(
            "#set text(size: 0.84em)\n#set par(first-line-indent: 0pt, hanging-indent: 2em)"
        )
        for number in range(1, self.made.references + 1):
            title = f"{self._label()}与{self._label()}在演示人群中的关系研究"
            text.append(
                f"\\[{number}\\] 演示甲，演示乙. {title}\\[J\\]. 演示杂志，20{number + 10}，"
                f"{number}(2)：{number * 11}-{number * 11 + 5}.\n"
            )
        return "\n".join(text) + "\n"

    # --- pages ------------------------------------------------------------------------------

    def _front(self) -> str:
        """The title and abstracts, over all columns."""
        size = self.chance.choice((16, 18, 20))
        title = f"{self._label()}对{self._label()}影响的演示研究"
        if self.made.title:  # of a second article: a heading over its sections
            self.made.headings.append(title)
            self.made.flow.append("")
        self.made.title = self.made.title or title
        lines = [f'#align(center, text(font: "Noto Sans SC", size: {size}pt)[{title}])']
        names = self.chance.choice(
            ("张演示，李示例", "张演示　李示例　王排版", "张演示#super[1]，李示例#super[2]")
        )
        lines.append(f"#align(center)[{names}]")
        lines.append("#align(center, text(size: 0.86em)[（演示大学医学院，演示市 100000）])")
        lines.append(f"*摘要*：{self._prose(4)}\n\n*关键词*：受体；通路；细胞")
        if self._pick(0.4, "two abstracts"):
            lines.append(
                "#align(center, text(size: 1.1em)[Effects of demonstration on mice])\n"
                "#align(center)[ZHANG Yanshi, LI Shili]\n"
                "*Abstract*: We describe how a demonstration compound acts on the liver of mice and"
                " which pathways take part. The compound lowered the score in all groups, and no"
                " adverse event was seen in the course of the study.\n\n*Key words*: receptor; cell"
            )
        return "\n\n".join(lines)

    def _body(self, sections: int, *, floats: bool = True, start: int = 1) -> str:
        parts: list[str] = []
        for first in range(start, start + sections):
            parts.append(self._heading((first,)))
            parts.append(self._paragraph())
            for second in range(1, self.chance.randint(1, 3)):
                parts.append(self._heading((first, second)))
                parts.append(self._paragraph())
                parts.append(self._extra() if floats else "")
                parts.append(self._paragraph())
        return "".join(parts)

    def _extra(self) -> str:
        kinds = [self._figure, self._table, self._items, self._formula, self._wrapped, lambda: ""]
        if self.columns > 1:
            kinds += [
                lambda: self._figure("parent"),
                lambda: self._table("parent"),
                self._two_tables,
            ]
        return self.chance.choice(kinds)()

    def _settings(self) -> str:
        leading = self.chance.choice((0.55, 0.7, 0.85, 1.0))
        lines = [
            f'#set text(font: ("Noto Serif SC",), size: {self.size}pt, lang: "zh", region: "cn")',
            f"#set par(justify: true, leading: {leading}em, spacing: {leading}em,"
            " first-line-indent: (amount: 2em, all: true))",
            f"#set columns(gutter: {self.gutter}pt)",
            "#set footnote.entry(indent: 0pt)",
            '#set footnote(numbering: "*")',
        ]
        head = self._heads()
        side = self.chance.choice((45, 55, 65))
        lines.append(
            f'#set page(paper: "a4", columns: {self.columns},'
            f" margin: (x: {side}pt, top: 75pt, bottom: 65pt), {head})"
        )
        if self._pick(0.15, "line numbers"):
            lines.append('#set par.line(numbering: "1")')
        if self._pick(0.15, "notes without rule"):
            lines.append("#set footnote.entry(separator: none)")
        return "\n".join(lines)

    def _heads(self) -> str:
        left, right = f"{_HEAD}2025年第3卷", f"演示等：{self._label()}研究"
        if not self._pick(0.7, "running heads"):
            return "footer: context align(center, counter(page).display())"
        self.made.aside += [left, right]
        return (
            "header: context [#set text(size: 8pt)\n#if calc.odd(counter(page).get().first())"
            f" [{left} #h(1fr) #counter(page).display()] else"
            f" [#counter(page).display() #h(1fr) {right}]]"
        )

    def make(self) -> Made:
        """Return the document."""
        settings = self._settings()
        if self.columns > 1 and self._pick(0.2, "second article in the page"):
            self.made.source = f"{settings}\n{self._articles()}"
            return self.made
        band = (
            '#place(top, scope: "parent", float: true, clearance: 1.5em)'
            f"[#set par(first-line-indent: 0pt)\n{self._front()}]\n"
        )
        body = self._body(self.chance.randint(3, 5))
        if self._pick(0.4, "notes at the foot"):
            place = body.index("。") + 1
            body = body[:place] + self._note() + body[place:]
        end = self._cited() if self._pick(0.7, "references") else ""
        self.made.source = f"{settings}\n{band}\n{body}\n{end}"
        return self.made

    def _short(self) -> str:
        """Define ``short``: text in columns of one height."""
        return (
            "#set page(columns: 1)\n#let short(body) = layout(size => {"
            f" let w = (size.width - {self.gutter * (self.columns - 1)}pt) / {self.columns}\n"
            " let h = measure(block(width: w, body)).height\n"
            f" block(height: h / {self.columns} + 2.5em, columns({self.columns}, body)) }})"
        )

    def _articles(self) -> str:
        """Short reports below each other, each in columns of one height."""
        parts = [self._short()]
        for _ in range(2):
            front = self._front()
            parts.append(f"#block[#set par(first-line-indent: 0pt)\n{front}]\n")
            parts.append(f"#short[{self._body(2, floats=False)}]\n")
        return "\n".join(parts)


@cache
def _sentences() -> tuple[str, ...]:
    found: list[str] = []
    for path in sorted(HERE.glob("*.typ")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line[:1] not in ("#", "", "/", "]", " ", "【"):
                text = _MARKUP.sub(lambda match: match[1] or "", line)
                found += [
                    s for s in _SENTENCE.findall(text) if not re.search(r"[#\[\]$*_@<>\\]", s)
                ]
    return tuple(dict.fromkeys(found))
