"""What a sentence says that its quotes do not, with the reason in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What a sentence says that its quotes do not.

    ``kind``: "number", "binding" (a number given to another arm, drug or outcome), "name",
    "direction", "negation", "comparison", "strength" (surer than the quote), "cause" (made of
    a mere association), "scope" (wider than the quote) or "citation"; and, for a language
    model's reply, "uncited", "passage" (one that was not given) or "language".
    ``text`` is the part of the sentence.
    """

    kind: str
    text: str

    @property
    def zh(self) -> str:
        """The reason in Chinese."""
        return f"{_REASONS[self.kind][0]}：{self.text}"

    @property
    def en(self) -> str:
        """The reason in English."""
        return f"{_REASONS[self.kind][1]}: {self.text}"


_REASONS = {
    "number": ("引文中没有这个数字", "number not in the quote"),
    "binding": (
        "引文中这个数字属于另一组或另一项",
        "the quote gives this number to another group or item",
    ),
    "name": ("引文中没有这个名称", "name not in the quote"),
    "direction": ("与引文的作用方向相反", "direction opposite to the quote"),
    "negation": ("肯定或否定与引文不符", "negation differs from the quote"),
    "comparison": ("与引文的比较方向相反", "comparison opposite to the quote"),
    "strength": ("引文没有说得这样肯定", "surer than the quote"),
    "cause": ("引文只说相关，没有说因果", "the quote tells of an association, not of a cause"),
    "scope": ("范围比引文更宽", "wider than what the quote is about"),
    "citation": ("引文不支持这句话", "the quote does not bear this sentence"),
    "uncited": ("没有注明出处", "names no passage"),
    "passage": ("所注段落不存在", "names a passage that was not given"),
    "language": ("与提问的语言不同", "not in the question's language"),
}
