"""Random papers of real kinds: a seed in, a typst source and its truth out, metadata included.

What ``benchmarks.layout_pages`` leaves out: mastheads, boxed and three-line abstracts, cover
pages, notes in one column, bilingual captions, GB/T 7714 entries, letters and corrections.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.layout_pages import Made, Maker

_FAMILY = "王李张刘陈杨赵黄周吴徐孙"
_GIVEN = ("演示", "示例", "排版", "样本", "测", "文", "例文", "版")
_PINYIN = dict(zip(_FAMILY, (
    "Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Zhao", "Huang", "Zhou", "Wu", "Xu", "Sun",
), strict=True))  # fmt: skip
_GIVEN_EN = dict(zip(_GIVEN, (
    "Yanshi", "Shili", "Paiban", "Yangben", "Ce", "Wen", "Liwen", "Ban",
), strict=True))  # fmt: skip
_JOURNALS = ("演示医学杂志", "示范肿瘤学报", "中华演示内科杂志")
_ENGLISH = (
    "The compound lowered the score in all groups and no adverse event was seen.",
    "We describe how a demonstration compound acts on the liver of mice.",
    "Expression was measured in tissue of forty patients before and after treatment.",
    "Our findings suggest that the pathway takes part in the course of the disease.",
    "Further work with larger groups is needed to confirm what was found here.",
)


@dataclass(slots=True)
class Entry:
    """One reference: its printed typst form and its fields."""

    source: str
    fields: dict[str, object]


@dataclass(slots=True)
class Facts:
    """What the front page prints about the paper, by the names of ``Paper``'s fields."""

    fields: dict[str, object] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    marks: int = 0
    # Fields that only the head of the second page prints.
    on_second_page: set[str] = field(default_factory=set)


class JournalMaker(Maker):
    """Makes one paper with front matter; ``facts`` are what it prints of itself."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.facts = Facts()
        self.columns = self.chance.choice((1, 2, 2, 2))
        self.size = self.chance.choice((9.0, 10.0, 10.5)) if self.columns == 2 else 10.5
        self.style = self.chance.choice(
            ("1", "1.", "一、", "bold", "centred", "run-in", "1 in text type", "bold run-in")
        )
        self.made.kinds = []
        self._kind(f"{self.columns} columns", f"headings {self.style}")
        self.journal = self.chance.choice(_JOURNALS)
        self.year, self.volume = self.chance.randint(2008, 2026), self.chance.randint(3, 60)
        self.issue, self.first = self.chance.randint(1, 12), self.chance.randint(10, 900)
        self.cited = self.chance.randint(8, 16)

    # --- text -------------------------------------------------------------------------------

    def _paragraph(self) -> str:
        text = self._prose(self.chance.randint(2, 4))
        if self.chance.random() < 0.6:
            first = self.chance.randint(1, self.cited)
            last = min(self.cited, first + self.chance.randint(0, 2))
            mark = f"[{first}-{last}]" if last - first > 1 else f"[{first}]"
            self.facts.marks += 1
            self.made.flow.append(f"{text[:-1]}{mark}。")
            printed = mark.replace("[", r"\[").replace("]", r"\]")
            return f"{text[:-1]}#super[{printed}]。\n\n"
        self.made.flow.append(text)
        return f"{text}\n\n"

    def _heading(self, at: tuple[int, ...]) -> str:
        if self.style == "1 in text type":
            return self._styled(at, "")
        if self.style == "bold run-in":
            if len(at) == 1:
                return self._styled(at, '#set text(font: "Noto Sans SC")\n')
            number, name = (
                ".".join(map(str, at)),
                "与".join(self.chance.sample(("受体", "通路"), 2)),
            )
            text = f"{number} {name}{self._label()}"
            self.made.headings.append(text)
            self.made.flow.append(text)
            return f'#text(font: "Noto Sans SC")[{text}]：'
        return super()._heading(at)

    def _styled(self, at: tuple[int, ...], font: str) -> str:
        """A heading told by nothing but its number and the space around it."""
        text = f"{'.'.join(map(str, at))}　{self._label()}的分析"
        self.made.headings.append(text)
        self.made.flow.append(text)
        return f"#block(above: 1em, below: 0.8em, sticky: true)[{font}{text}]\n"

    def _formula(self) -> str:
        """A numbered formula in the middle of a sentence."""
        self._kind("formula in a sentence")
        before = f"{self._prose(1)}{self._label()}按下式计算："
        after = f"式中，N为{self._label()}，k为{self._label()}。{self._prose(1)}"
        self.made.flow.append(before + after)
        number = self.chance.choice(("[]", "[(1)]"))
        formula = "[$display(N/N_0) = e^(-k t) + sum_(i=1)^n x_i / y_i$]"
        centre = f"#grid(columns: (1fr, auto, 1fr), [], {formula}, align(right, {number}))"
        return (
            f"{before}\n\n#block(above: 1em, below: 1em, width: 100%)[{centre}]\n"
            f"#par(first-line-indent: 0pt)[{after}]\n\n"
        )

    def _caption(self, what: str) -> str:
        text = super()._caption(what)
        if not self._pick(0.5, "captions in two languages"):
            return text
        sign = {"figure": "Fig.", "table": "Tab."}[what]
        english = f"{sign} {self.counts[what]}  State {self.counts['label']} of the samples shown"
        self.made.captions.append(english)
        return f"{text}\n#align(center, text(size: 0.86em)[{english}])"

    def _table(self, scope: str = "column") -> str:
        if self.chance.random() < 0.5:
            return super()._table(scope)
        self._kind("table with empty cells")
        count = 3 if scope == "column" and self.columns > 1 else 5
        rows = [["组别", *(self._label() for _ in range(count - 1))]]
        for _ in range(self.chance.randint(4, 7)):
            row = [self._label(), *(self._number() for _ in range(count - 1))]
            if self.chance.random() < 0.5:
                row[self.chance.randint(1, count - 1)] = ""
            rows.append(row)
        self.made.rows += rows
        cells = ", ".join(f"[{cell}]" for row in rows for cell in row)
        body = (
            f"#set text(size: 0.86em)\n#table(columns: (1fr,) * {count}, stroke: none,"
            f" inset: 3.5pt, align: center, table.hline(y: 0), table.hline(y: 1, stroke: 0.4pt),"
            f" {cells}, table.hline(y: {len(rows)}))"
        )
        return self._float(f"{self._caption('table')}\n{body}", scope)

    def _uncaptioned(self) -> str:
        """A drawing without a caption."""
        self._kind("drawing without caption")
        return self._float(self._drawing(), "column")

    def _extra(self) -> str:
        kinds = [self._formula, self._uncaptioned, self._table, self._figure]
        if self.chance.random() < 0.5:
            return self.chance.choice(kinds)()
        return super()._extra()

    # --- front ------------------------------------------------------------------------------

    def _names(self) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for _ in range(self.chance.randint(2, 6)):
            family, given = self.chance.choice(_FAMILY), self.chance.choice(_GIVEN)
            found[family + given] = f"{_PINYIN[family]} {_GIVEN_EN[given]}"
        return list(found.items())

    def _front(self) -> str:
        names = self._names()
        title = f"{self._label()}对{self._label()}影响的演示研究"
        english = f"Effects of sample {self.counts['label']} on the liver of mice"
        self.made.title = title
        self.facts.fields |= {
            "title": title,
            "authors": tuple(name for name, _ in names),
            "keywords": ("受体", "信号通路", "细胞凋亡"),
        }
        size = self.chance.choice((15, 16, 18, 22))
        heavy = self.chance.choice(("Noto Sans SC", "Noto Serif SC"))
        lines = [
            self._masthead(),
            f'#align(center, text(font: "{heavy}", size: {size}pt)[{title}])',
            f"#align(center)[{self._name_line(names)}]",
            "#align(center, text(size: 0.86em)[1 演示大学医学院内科，演示市 100000；"
            "2 示例省人民医院肿瘤科，示例市 200000])",
            self._abstracts(names, english),
        ]
        return "\n\n".join(line for line in lines if line)

    def _name_line(self, names: list[tuple[str, str]]) -> str:
        form = self.chance.choice(("comma", "space", "raised"))
        printed = [name for name, _ in names]
        if form == "raised":
            return "，".join(f"{name}#super[{i % 2 + 1}]" for i, name in enumerate(printed))
        return ("　" if form == "space" else "，").join(printed)

    def _masthead(self) -> str:
        if not self._pick(0.6, "masthead"):
            return ""
        left, right = f"第{self.volume}卷　第{self.issue}期", f"Vol.{self.volume} No.{self.issue}"
        self.facts.fields |= {
            "journal": self.journal, "year": self.year,
            "volume": str(self.volume), "issue": str(self.issue),
        }  # fmt: skip
        self.facts.on_second_page = set()
        self.made.aside += [left, f"{self.year}年{self.issue}月"]
        return (
            f"#text(size: 8pt)[{left} #h(1fr) {self.journal} #h(1fr) {right}\\\n"
            f"{self.year}年{self.issue}月 #h(1fr) Demo Journal of Medicine #h(1fr) {self.year}]\n"
            "#line(length: 100%, stroke: 0.5pt)"
        )

    def _abstracts(self, names: list[tuple[str, str]], english: str) -> str:
        structured = self._pick(0.4, "structured abstract")
        if structured:
            heads = ("目的", "方法", "结果", "结论")
            text = "".join(f"【{head}】{self._prose(1)}" for head in heads)
        else:
            text = self._prose(self.chance.randint(2, 4))
        label, key = self.chance.choice(
            (("*摘要*：", "*关键词*："), ("【摘要】", "【关键词】"), ("*摘　要*：", "*关键词*："))
        )
        self.facts.fields["abstract"] = text
        parts = [f"{label}{text}", f"{key}受体；信号通路；细胞凋亡", self._numbers()]
        if self._pick(0.6, "English abstract"):
            self.facts.fields |= {
                "title_en": english, "authors_en": tuple(name for _, name in names),
                "keywords_en": ("receptor", "pathway", "cell death"),
            }  # fmt: skip
            said = " ".join(self.chance.sample(_ENGLISH, 4))
            parts += [
                f"#align(center, text(size: 1.15em, weight: 700)[{english}])",
                f"#align(center)[{', '.join(name for _, name in names)}]",
                "#align(center, text(size: 0.86em)[Department of Medicine, Demo University,"
                " Demo City 100000, China])",
                f"*Abstract*: {said}",
                "*Key words*: receptor; pathway; cell death",
            ]
        inside = "\n\n".join(part for part in parts if part)
        kind = self.chance.choice(("plain", "boxed", "grey", "narrow", "beside"))
        self._kind(f"abstract {kind}")
        return {
            "plain": inside,
            "boxed": f"#block(width: 100%, stroke: 0.5pt, inset: 8pt)[{inside}]",
            "grey": f"#block(width: 100%, fill: luma(235), inset: 8pt)[{inside}]",
            "narrow": f"#pad(x: 2em)[#set text(size: 0.9em)\n{inside}]",
            "beside": f"#grid(columns: (1fr, 3fr), gutter: 14pt, [#set text(size: 0.8em)\n"
            f"收稿日期：2024-05-06\n\n通信作者：{names[0][0]}\n\n"
            f"E-mail: demo\\@demo.cn], [{inside}])",
        }[kind]

    def _numbers(self) -> str:
        if not self._pick(0.6, "classification"):
            return ""
        doi = f"10.12345/j.issn.1000-0000.{self.year}.{self.issue:02d}.007"
        self.facts.fields |= {"clc": "R735.7", "document_code": "A", "doi": doi}
        number = f"1000-0000({self.year}){self.issue:02d}-{self.first:04d}-06"
        self.facts.fields["pages"] = f"{self.first}-{self.first + 5}"
        return (
            "#text(size: 0.9em)[*中图分类号*：R735.7　*文献标识码*：A　"
            f"*文章编号*：{number}　DOI：{doi}]"
        )

    def _foot(self) -> str:
        """Notes at the foot of the first column."""
        if not self._pick(0.6, "notes in one column"):
            return ""
        notes = [
            f"基金项目：演示省自然科学基金资助项目（{self._label()}）",
            f"作者简介：张演示（1980-），男，{self._label()}，硕士，主要从事演示研究。",
            "收稿日期：2024-05-06；修回日期：2024-08-09",
        ]
        self.chance.shuffle(notes)
        self.made.aside += notes
        self.facts.fields["received"] = "2024-05-06"
        rule = self.chance.choice(("#line(length: 30%, stroke: 0.4pt)\n", ""))
        body = "\n\n".join(notes)
        return (
            '#place(bottom, float: true, scope: "column", clearance: 1em)[#set text(size: 7.5pt)\n'
            f"#set par(first-line-indent: 0pt, leading: 0.5em, spacing: 0.5em)\n{rule}{body}]\n"
        )

    # --- references -------------------------------------------------------------------------

    def _cited(self) -> str:
        self.made.references = self.cited
        form = self.chance.choice((r"\[{}\]", "{}．", "{} ", r"\[{}\] "))
        text = ['#block(above: 1.2em, below: 0.8em, text(font: "Noto Sans SC")[参考文献])']
        text.append(
            f"#set text(size: {self.chance.choice((0.84, 0.78))}em)\n"
            "#set par(first-line-indent: 0pt, hanging-indent: 2em)"
        )
        makers = (self._article, self._article, self._english_article, self._book, self._thesis)
        for number in range(1, self.cited + 1):
            entry = self.chance.choice(makers)()
            self.facts.entries.append(entry)
            text.append(f"{form.format(number)}{entry.source}\n")
        return "\n".join(text) + "\n"

    def _cite_names(self) -> tuple[str, tuple[str, ...]]:
        names = [name for name, _ in self._names()][:3]
        more = self.chance.choice(("", "，等", ", 等"))
        return f"{self.chance.choice(('，', ', ')).join(names)}{more}", tuple(names)

    def _article(self) -> Entry:
        printed, names = self._cite_names()
        title, journal = f"{self._label()}与{self._label()}的关系", "中国演示杂志"
        year, volume, issue = self.chance.randint(1998, 2025), self.chance.randint(2, 60), 3
        first = self.chance.randint(11, 800)
        doi = "10.3760/cma.j.issn.0376-2491.2019.03.004"
        comma, colon = self.chance.choice((("，", "："), (", ", ": "), (",", ":")))
        tail = f" DOI: {doi}." if self.chance.random() < 0.3 else ""
        source = (
            f"{printed}. {title}\\[J\\]. {journal}{comma}{year}{comma}{volume}({issue}){colon}"
            f"{first}-{first + 6}.{tail}"
        )
        found: dict[str, object] = {
            "authors": names, "title": title, "journal": journal, "year": year,
            "volume": str(volume), "issue": str(issue), "pages": f"{first}-{first + 6}",
        }  # fmt: skip
        return Entry(source, found | ({"doi": doi} if tail else {}))

    def _english_article(self) -> Entry:
        names = ("SMITH J A", "LEE K", "O'BRIEN M") if self.chance.random() < 0.5 else (
            "Smith JA", "Lee K", "Brown MT")  # fmt: skip
        title = f"Receptor {self.counts['label']} and the liver: a study in mice"
        year, volume = self.chance.randint(1998, 2025), self.chance.randint(2, 400)
        code = self.chance.choice((r"\[J\]", r"\[J/OL\]"))
        source = (
            f"{', '.join(names)}, et al. {title}{code}. J Demo Med, {year}, {volume}(12):"
            " e1021-e1030."
        )
        return Entry(source, {
            "authors": names, "title": title, "journal": "J Demo Med", "year": year,
            "volume": str(volume), "issue": "12", "pages": "e1021-e1030",
        })  # fmt: skip

    def _book(self) -> Entry:
        printed, names = self._cite_names()
        title = f"{self._label()}演示学"
        year = self.chance.randint(1990, 2024)
        source = f"{printed}. {title}\\[M\\]. 2版. 北京：演示出版社，{year}：35-41."
        return Entry(source, {"authors": names, "title": title, "year": year, "pages": "35-41"})

    def _thesis(self) -> Entry:
        printed, names = self._cite_names()
        title = f"{self._label()}的演示研究"
        year = self.chance.randint(1999, 2024)
        source = f"{printed}. {title}\\[D\\]. 演示市：演示大学，{year}."
        return Entry(source, {"authors": names, "title": title, "year": year})

    # --- pages ------------------------------------------------------------------------------

    def _heads(self) -> str:
        form = self.chance.choice(("parity", "corner", "foot", "site"))
        self._kind(f"heads {form}")
        page = "#counter(page).display()"
        journal = f"{self.journal} {self.year}年{self.issue}月第{self.volume}卷第{self.issue}期"
        other = f"王演示，等：{self._label()}演示研究"
        number = "footer: context align(center, counter(page).display())"
        if form == "foot":
            return number
        if form == "site":
            self.made.aside.append("投稿网址：")
            return f"footer: context [#set text(size: 7.5pt)\n投稿网址：www.demo.cn #h(1fr) {page}]"
        self.made.aside += [other]
        self.facts.fields |= {
            "journal": self.journal, "year": self.year,
            "volume": str(self.volume), "issue": str(self.issue),
        }  # fmt: skip
        if form == "parity":
            self.facts.on_second_page = {"journal", "year", "volume", "issue"}
        if form == "corner":
            odd, even = f"[{journal} #h(1fr) {page}]", f"[{page} #h(1fr) {journal}]"
        else:
            odd, even = f"[#h(1fr) {other} #h(1fr) {page}]", f"[{page} #h(1fr) {journal} #h(1fr)]"
        return (
            "header: context [#set text(size: 8pt)\n#if calc.odd(counter(page).get().first())"
            f" {odd} else {even}\n#v(-8pt) #line(length: 100%, stroke: 0.4pt)]"
        )

    def _settings(self) -> str:
        lines = super()._settings()
        if self._pick(0.15, "watermark"):
            lines += (
                "\n#set page(background: place(center + horizon,"
                " text(size: 48pt, fill: luma(225))[演示水印]))"
            )
        return lines

    def _cover(self) -> str:
        """A cover page as CNKI prints it before what is published ahead."""
        if not self._pick(0.15, "cover page"):
            return ""
        names = "，".join(self.facts.fields["authors"])  # type: ignore[arg-type]
        return (
            "#page(columns: 1, header: none, footer: none)[#set par(first-line-indent: 0pt)\n"
            f"#text(size: 14pt)[{self.journal}]\n\n_{self.journal}_\n\n"
            "ISSN 1000-0000,CN 10-0000/R\n\n"
            f"#align(center, text(size: 20pt)[《{self.journal}》网络首发论文])\n\n"
            f"题目：　　　{self.made.title}\n\n作者：　　　{names}\n\n收稿日期：　2024-05-06\n\n"
            f"网络首发日期：2024-09-10\n\n引用格式：　{names}．{self.made.title}\\[J/OL\\]．"
            f"{self.journal}. https://link.cnki.net/urlid/10.0000.R.20240910.1010.002\n\n"
            "#v(2cm)\n*网络首发*：在编辑部工作流程中，稿件从录用到出版要经历录用定稿、排版定稿、整期汇编定稿"
            "等阶段。录用定稿指内容已经确定，且通过同行评议、主编终审同意刊用的稿件。]\n"
        )

    def _opening(self) -> str:
        """An introduction: without a heading, numbered 0 or named before a colon."""
        form = self.chance.choice(("none", "none", "0", "colon", "bracket"))
        if form == "none":
            return self._paragraph() + self._paragraph()
        self._kind(f"introduction {form}")
        text = {"0": "0　引言", "colon": "引言：", "bracket": "【前言】"}[form]
        self.made.headings.append(text)
        self.made.flow.append(text)
        font = '#text(font: "Noto Sans SC")'
        return (
            f"#block(above: 1em, below: 0.8em, sticky: true)[{font}[{text}]]\n{self._paragraph()}"
        )

    def make(self) -> Made:
        """Return the document."""
        if self._pick(0.12, "letter"):
            return self._letter()
        settings, front = self._settings(), self._front()
        cover, foot = self._cover(), self._foot()
        opening = self._opening()
        body = self._body(self.chance.randint(3, 5))
        end = self._cited()
        if self._pick(0.15, "sideways table"):
            end = f"{self._sideways()}\n{end}"
        band = (
            '#place(top, scope: "parent", float: true, clearance: 1.5em)'
            f"[#set par(first-line-indent: 0pt)\n{front}]\n"
        )
        self.made.source = f"{settings}\n{cover}\n{band}\n{foot}{opening}{body}\n{end}"
        return self.made

    def _sideways(self) -> str:
        rows = [["组别", *(self._label() for _ in range(6))]]
        rows += [[self._label(), *(self._number() for _ in range(6))] for _ in range(9)]
        self.made.rows += rows
        cells = ", ".join(f"[{cell}]" for row in rows for cell in row)
        caption = Maker._caption(self, "table")
        return (
            "#page(columns: 1)[#set par(first-line-indent: 0pt)\n#rotate(-90deg, reflow: true)["
            f"#block(width: 22cm)[{caption}\n#table(columns: (1fr,) * 7, stroke: none,"
            f" table.hline(y: 0), table.hline(y: 1), {cells}, table.hline(y: {len(rows)}))]]]"
        )

    def _letter(self) -> Made:
        """A letter or a correction: a tag, a title, names, text without headings, dates."""
        names = self._names()
        tag = self.chance.choice(("·读者来信·", "·更正·", "【病例报告】"))
        title = f"关于{self._label()}与{self._label()}的意见"
        self.made.title = title
        self.facts.fields |= {"title": title, "authors": tuple(name for name, _ in names)}
        settings = self._settings()
        text = "".join(self._paragraph() for _ in range(self.chance.randint(3, 6)))
        note = f"（收稿日期：2024-05-06）（本文编辑：{self._label()}）"
        self.made.aside.append(note)
        self.facts.fields["received"] = "2024-05-06"
        band = (
            '#place(top, scope: "parent", float: true, clearance: 1.5em)'
            f"[#set par(first-line-indent: 0pt)\n{tag}\n\n"
            f'#align(center, text(font: "Noto Sans SC", size: 15pt)[{title}])\n\n'
            f"#align(center)[{'　'.join(name for name, _ in names)}]]\n"
        )
        end = f"#par(first-line-indent: 0pt)[{note}]"
        self.made.source = f"{settings}\n{band}\n{text}\n{self._cited()}\n{end}"
        return self.made
