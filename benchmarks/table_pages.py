"""Random pages of papers full of tables: a seed in, a typst source and its truth out.

What medical journals print: three-line tables (三线表) with heads of two levels, group rows,
cells of several lines, cells beside several rows, statistics, notes, continued tables; in one
column, over all columns in the middle of a page, without a caption beside each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.layout_pages import Made, Maker

_UNITS = ("mmHg", "mmol/L", "分", "μg/L", "n=30")
_P = ("0.012", "0.734", "＜0.05", "<0.001")


class TableMaker(Maker):
    """Makes one document whose every section has a table of another form."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.columns = self.chance.choice((1, 2, 2, 2))
        self.size = self.chance.choice((9.0, 9.5, 10.5)) if self.columns == 2 else 10.5
        self.made.kinds = []
        self._kind(f"{self.columns} columns")
        self.cell = self.chance.choice((7.0, 7.5, 8.0))
        self.inset = self.chance.choice(("(x: 2pt, y: 2.2pt)", "(x: 3pt, y: 3.2pt)"))
        self.align = self.chance.choice(("left", "center", "left"))
        self.balanced = self.columns > 1 and self._pick(0.4, "table between balanced columns")

    # --- rows -------------------------------------------------------------------------------

    def _value(self, short: bool = False) -> str:
        forms = ("{}", "{}#super[a]", "{}±{}.{}", "{}({}.{})", "{}±{}.{}#super[a]")
        forms = forms[:2] if short else forms
        form = self.chance.choice(forms)
        return form.format(self._number(), self.chance.randint(1, 9), self.chance.randint(10, 99))

    def _names(self, count: int) -> list[str]:
        return [self._label() for _ in range(count)]

    def _values(self, count: int, *, short: bool = False) -> list[str]:
        return [self._value(short) for _ in range(count)]

    def _words(self, letters: int) -> str:
        """A cell of prose of about so many letters, with a name that stands in no other."""
        text = self._label()
        while len(text) < letters:
            text += self.chance.choice(("，", "、", "并", "及")) + "".join(
                self.chance.sample(("抑制炎症因子", "降低血清水平", "激活信号通路", "促进细胞凋亡",
                                    "改善肝功能", "减轻氧化应激", "上调蛋白表达"), 1))  # fmt: skip
        return text

    def _extra(self) -> str:
        wide = self.columns > 1 and not self.balanced and self.chance.random() < 0.4
        forms = [
            self._statistics, self._two_levels, self._groups, self._baseline, self._beside_rows,
            self._prose_cells, self._small, self._continued, self._times,
        ]  # fmt: skip
        if self.columns > 1 and not self.balanced:
            forms.append(self._uncaptioned_pair)
        return self.chance.choice(forms)("parent" if wide else "column")

    def _count(self, scope: str) -> int:
        """How many columns of numbers fit."""
        wide = scope == "parent" or self.columns == 1
        return self.chance.randint(4, 6) if wide else self.chance.randint(2, 3)

    def _statistics(self, scope: str) -> str:
        """Groups with n, values, t or χ² and P at the right of each row."""
        self._kind("statistics")
        count = self._count(scope)
        test = self.chance.choice(("t值", "χ²值", "F值"))
        head = ["组别", "例数", *self._names(count - 1), test, "P值"]
        rows = [head]
        for _ in range(self.chance.randint(2, 5)):
            row = [self._label(), str(self.chance.randint(20, 90)), *self._values(count - 1)]
            rows.append([*row, self._number(), self.chance.choice(_P)])
        return self._set(rows, scope, note=True)

    def _two_levels(self, scope: str) -> str:
        """A head of two levels: names over several columns, with or without a rule under them."""
        ruled = self._pick(0.6, "head of two levels, ruled")
        if not ruled:
            self._kind("head of two levels, no rule")
        over = 2 if scope == "column" and self.columns > 1 else self.chance.choice((2, 3))
        names = [f"{self._label()}/{self.chance.choice(_UNITS)}" for _ in range(over)]
        below = [("治疗前", "治疗后")] * over
        top = "".join(f", table.cell(colspan: 2, align: center)[{name}]" for name in names)
        lines = "".join(
            f" table.hline(y: 1, start: {1 + 2 * at}, end: {3 + 2 * at}, stroke: 0.4pt),"
            for at in range(over)
        )
        side = self.chance.choice(("horizon", "horizon", "top"))
        head = f"table.cell(rowspan: 2, align: {side})[组别]{top}, " + ", ".join(
            f"[{cell}]" for pair in below for cell in pair
        )
        wanted = ["组别"] + [
            name + cell for name, pair in zip(names, below, strict=True) for cell in pair
        ]
        short = scope == "column" and self.columns > 1
        rows = [
            [self._label(), *self._values(2 * over, short=short)]
            for _ in range(self.chance.randint(2, 5))
        ]
        source = f"{head}, {_cells(rows)}"
        return self._laid(source, [wanted, *rows], 1 + 2 * over, scope, 2,
                          lines=lines if ruled else "", rows_count=2 + len(rows))  # fmt: skip

    def _groups(self, scope: str) -> str:
        """Rows under headings that stand alone in theirs."""
        self._kind("group rows")
        count = self._count(scope)
        rows = [["项目", *self._names(count)]]
        source = _cells(rows)
        for _ in range(self.chance.randint(2, 3)):
            name = self._label()
            rows.append([name])
            source += f", table.cell(colspan: {count + 1}, align: left)[{name}]"
            for _ in range(self.chance.randint(2, 3)):
                rows.append([self._label(), *self._values(count)])
                source += f", [#h(1em){rows[-1][0]}], {_cells([rows[-1][1:]])}"
        return self._laid(source, rows, count + 1, scope, 1, rows_count=len(rows))

    def _baseline(self, scope: str) -> str:
        """The usual first table: names of properties with a test, their values below."""
        self._kind("baseline")
        rows = [["特征", *self._names(2), "χ²值", "P值"]]
        for _ in range(self.chance.randint(2, 3)):
            rows.append([f"{self._label()}[例(%)]", "", "", self._number(), "0.734"])
            for _ in range(2):
                rows.append([self._label(), self._value(), self._value(), "", ""])
        return self._set(rows, scope, note=True)

    def _times(self, scope: str) -> str:
        """The name of a group once, over the first of its rows."""
        self._kind("names once")
        count = self._count(scope)
        rows = [["组别", "时间", *self._names(count - 1)]]
        for _ in range(self.chance.randint(2, 3)):
            name = self._label()
            for at, time in enumerate(("治疗前", "治疗后", "随访时")):
                rows.append([name if not at else "", time, *self._values(count - 1)])
        return self._set(rows, scope)

    def _beside_rows(self, scope: str) -> str:
        """A cell in the middle beside the rows that belong to it, as reviews print drugs."""
        self._kind("cells beside rows")
        rows = [["类别", *self._names(2)]]
        source = _cells(rows)
        height = 0
        for _ in range(self.chance.randint(2, 4)):
            name, inside = self._label(), self.chance.randint(1, 4)
            for at in range(inside):
                row = [self._label(), self._value()]
                first = f"table.cell(rowspan: {inside}, align: horizon)[{name}], " if not at else ""
                source += f", {first}{_cells([row])}"
                rows.append([name, *row])
            height += inside
        return self._laid(source, rows, 3, scope, 1, rows_count=1 + height)

    def _prose_cells(self, scope: str) -> str:
        """Cells of several lines; the names beside them stand at the top or in the middle."""
        self._kind("prose cells")
        wide = scope == "parent" or self.columns == 1
        side = self.chance.choice(("top", "horizon"))
        self._kind(f"prose cells {side}")
        rows = [["成分", "模型", "作用机制", "文献"][: 4 if wide else 3]]
        for _ in range(self.chance.randint(3, 5)):
            row = [self._label(), self._label(), self._words(self.chance.randint(14, 60))]
            rows.append([*row, *([f"文献{self._label()}"] if wide else [])])
        widths = "(1fr, 1.1fr, 2.6fr, 1fr)" if wide else "(1fr, 1.1fr, 2.2fr)"
        return self._laid(_cells(rows), rows, len(rows[0]), scope, 1, rows_count=len(rows),
                          widths=widths, align=f"left + {side}")  # fmt: skip

    def _small(self, scope: str) -> str:
        """Two columns and few rows."""
        self._kind("small table")
        rows = [self._names(2)]
        rows += [[self._label(), self._value()] for _ in range(self.chance.randint(2, 3))]
        return self._set(rows, "column", note=self.chance.random() < 0.5)

    def _continued(self, scope: str) -> str:
        """A table that goes on behind a column or page: 续表 with the head again."""
        self._kind("continued table")
        count = self._count(scope)
        head = ["组别", *self._names(count)]
        parts = []
        for name in ("", "续表"):
            rows = [head] + [
                [self._label(), *self._values(count)] for _ in range(self.chance.randint(3, 6))
            ]
            number = self.counts["table"] if name else None
            parts.append(self._set(rows, scope, number=number))
        return "".join(parts)

    def _uncaptioned_pair(self, scope: str) -> str:
        """Two tables beside each other without captions, their rows at other heights."""
        self._kind("uncaptioned side by side")
        sides = []
        for inset in ("3pt", self.chance.choice(("3pt", "3.7pt", "4.5pt"))):
            count = self.chance.choice((1, 2, 3))
            rows = [self._names(count + 1)]
            for _ in range(self.chance.randint(4, 8)):
                rows.append([self._label(), *(self._number() for _ in range(count))])
            self.made.rows += rows
            rules = "table.hline(y: 0), table.hline(y: 1, stroke: 0.4pt),"
            if self.chance.random() < 0.4:
                rules = " ".join(f"table.hline(y: {y})," for y in range(len(rows)))
            sides.append(
                f"[#table(columns: (1.4fr, ..(1fr,) * {count}), stroke: none, inset: {inset},"
                f" {rules} {_cells(rows)}, table.hline(y: {len(rows)}))]"
            )
        body = f"#set text(size: {self.cell}pt)\n#grid(columns: (1fr, 1fr), gutter: 16pt, "
        return self._float(f"{body}{sides[0]}, {sides[1]})", "parent")

    # --- setting ----------------------------------------------------------------------------

    def _set(
        self,
        rows: Sequence[list[str]],
        scope: str,
        *,
        note: bool = False,
        number: int | None = None,
    ) -> str:
        """Typeset rows of which all have the same columns."""
        return self._laid(_cells(rows), rows, len(rows[0]), scope, 1, rows_count=len(rows),
                          note=note, number=number)  # fmt: skip

    def _laid(
        self,
        source: str,
        wanted: Sequence[list[str]],
        columns: int,
        scope: str,
        head: int,
        *,
        rows_count: int,
        lines: str = "",
        widths: str = "",
        align: str = "",
        note: bool = False,
        number: int | None = None,
    ) -> str:
        """Return the table ``source`` under its caption, three rules drawn, and keep its truth."""
        self.made.rows += [[_plain(cell) for cell in row] for row in wanted]
        rules = (
            f"table.hline(y: 0), table.hline(y: {head}, stroke: 0.4pt),{lines}"
            f" table.hline(y: {rows_count}),"
        )
        between = "0pt" if widths else self.chance.choice(("1fr", "1fr", "0pt"))
        fluid = f"(1.3fr, ..(1fr,) * {columns - 1})"
        narrow = scope == "column" and self.columns > 1
        if narrow and columns > 3:
            between = "1fr"
        widths = widths or (f"(auto,) * {columns}" if between == "1fr" else fluid)
        align = align or self.align
        body = (
            f"#block[#set text(size: {self.cell}pt)\n#set par(justify: false, leading: 0.45em)\n"
            f"#table(columns: {widths}, column-gutter: {between}, stroke: none,"
            f" inset: {self.inset}, align: {align},"
            f" {rules} {source})]"
        )
        inside = f"{self._table_caption(number)}\n{body}\n{self._table_note() if note else ''}"
        if self.balanced or (scope == "column" and self.chance.random() < 0.6):
            return (
                "#block(above: 1.4em, below: 1.4em, breakable: false, width: 100%)"
                f"[#set par(first-line-indent: 0pt)\n{inside}]\n\n"
            )
        return self._float(inside, scope)

    def _table_caption(self, number: int | None) -> str:
        where = self.chance.choice(("center", "left"))
        if number:
            text = f"续表{number}"
            return f'#align({where}, text(font: "Noto Sans SC", size: {self.cell}pt)[{text}])'
        self.counts["table"] += 1
        count = self.counts["table"]
        tail = self.chance.choice(("", "（#overline[x]±s）", "[例(%)]", "(n=60)"))
        text = f"表{self.chance.choice(('', ' '))}{count}　{self._label()}的比较{tail}"
        self.made.captions.append(_plain(text))
        lines = [f'#align({where}, text(font: "Noto Sans SC", size: {self.cell + 0.5}pt)[{text}])']
        if self._pick(0.4, "English caption"):
            english = f"Tab. {count}  Comparison {self.counts['label']} of the groups as shown"
            self.made.captions.append(english)
            lines.append(f"#align({where}, text(size: {self.cell}pt)[{english}])")
        return "\n".join(lines)

    def _table_note(self) -> str:
        """A note of one to three lines under the table."""
        if not self._pick(0.7, "notes under tables"):
            return ""
        name = self._label()
        text = self.chance.choice((
            f"注：与{name}比较，#super[a]P＜0.05。",
            f"与{name}比较，\\*P\\<0.05；与治疗前比较，\\#P\\<0.01。",
            f"注：{name}指在演示人群中测得的数值，以均数±标准差表示；组间比较采用演示检验，各组样本量"
            "相同，缺失的数值以前一次随访的结果补上，全部检验均为双侧检验；P＜0.05为差异有统计学意义。",
            f"注：{name}为例数。\\ 1 mmHg=0.133 kPa。",
        ))  # fmt: skip
        self.made.aside.append(name)
        return f"#text(size: {self.cell - 0.5}pt)[{text}]"

    def _body(self, sections: int, *, floats: bool = True, start: int = 1) -> str:
        if not self.balanced:
            return super()._body(sections, floats=floats, start=start)
        self.balanced = False
        parts = []
        for at in range(2):
            if at:
                columns, self.columns = self.columns, 1
                self.balanced = True
                parts.append(self._extra())
                self.balanced, self.columns = False, columns
            parts.append(f"#short[{super()._body(1, floats=False, start=1 + at)}]\n")
        return "".join(parts)

    def make(self) -> Made:
        """Return the document."""
        balanced = self.balanced
        settings = self._settings()
        end = self._cited if self._pick(0.7, "references") else str
        front = f"[#set par(first-line-indent: 0pt)\n{self._front()}]\n"
        if balanced:
            self.made.source = (
                f"{settings}\n{self._short()}\n#block{front}\n{self._body(2)}\n#short[{end()}]\n"
            )
        else:
            band = f'#place(top, scope: "parent", float: true, clearance: 1.5em){front}'
            body = self._body(self.chance.randint(4, 7))
            self.made.source = f"{settings}\n{band}\n{body}\n{end()}"
        return self.made


def _cells(rows: Sequence[Sequence[str]]) -> str:
    return ", ".join(f"[{cell}]" for row in rows for cell in row).replace("<", r"\<")


def _plain(text: str) -> str:
    """Return what a typst text prints."""
    for markup in ("#super[a]", "#overline[x]"):
        text = text.replace(markup, markup[-2])
    return text
