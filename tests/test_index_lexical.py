"""BM25 on disk: agrees with the formula, whatever way the scores are asked for."""

from __future__ import annotations

import math
import random
from collections import Counter

import numpy as np
import pytest

from index.bm25 import K1, B
from index.checks import write_sums
from index.lexical import LexicalIndex
from index.lexical_writer import LexicalWriter, merge_runs
from index.tokens import phrase, terms

WORDS = "肺癌 肝转移 信号通路 整合素 免疫治疗 EGFR突变 TGF-β1 Kupffer细胞 PD-L1 化疗 的 患者 显著 升高".split()


def texts(count: int, seed: int = 3) -> list[str]:
    generator = random.Random(seed)
    weights = [1 / (i + 1) for i in range(len(WORDS))]
    return [
        "，".join(generator.choices(WORDS[::-1], weights, k=generator.randrange(1, 30)))
        for _ in range(count)
    ]


def build(folder, rows: list[str], run: int = 8_000_000) -> LexicalIndex:
    runs = folder.with_name(f"{folder.name}-runs")
    writer, lengths = LexicalWriter(runs, run), []
    for text in rows:
        lengths.append(writer.add(text))
        if writer.full:
            writer.flush()
    writer.flush()
    merge_runs(runs, np.array(lengths, np.float32), folder)
    write_sums(folder)
    return LexicalIndex(folder)


def plain_bm25(rows: list[str], groups: list[list[str]]) -> np.ndarray:
    counted = [Counter(terms(text)) for text in rows]
    mean = sum(c.total() for c in counted) / len(rows)
    scores = np.zeros(len(rows))
    for group in groups:
        tf = [sum(c[term] for term in set(group)) for c in counted]
        df = sum(f > 0 for f in tf)
        idf = math.log(1 + (len(rows) - df + 0.5) / (df + 0.5))
        for row, (f, c) in enumerate(zip(tf, counted, strict=True)):
            scores[row] += idf * f * (K1 + 1) / (f + K1 * (1 - B + B * c.total() / mean))
    return scores


GROUPS = [["肺癌"], ["肝转", "转移"], ["整合", "tgf-beta1"], ["患者"], ["没有"], ["pd-l1"]]


@pytest.fixture(scope="module")
def rows() -> list[str]:
    return texts(400)


@pytest.fixture(scope="module", params=[8_000_000, 500])
def index(request, rows, tmp_path_factory) -> LexicalIndex:
    return build(tmp_path_factory.mktemp("lexical") / "index", rows, request.param)


def test_scores_follow_the_formula(index, rows):
    scores, coverage = index.score(GROUPS)
    assert np.allclose(scores, plain_bm25(rows, GROUPS), atol=1e-4)
    assert coverage.max() <= 1 and (coverage > 0).sum() == (scores > 0).sum()


def test_runs_merge_to_the_same_files(rows, tmp_path):
    build(tmp_path / "one", rows)
    build(tmp_path / "many", rows, run=300)
    for file in (tmp_path / "one").iterdir():
        assert (tmp_path / "many" / file.name).read_bytes() == file.read_bytes(), file.name
    assert len(list((tmp_path / "many").iterdir())) == len(list((tmp_path / "one").iterdir()))


@pytest.mark.parametrize("k", [1, 5, 50, 1000])
def test_top_is_the_head_of_all_scores(index, k):
    scores, _ = index.score(GROUPS)
    rows, best = index.top(GROUPS, k)
    order = np.lexsort((np.arange(len(scores)), -scores))[: (scores > 0).sum()][:k]
    assert np.allclose(best, scores[order], atol=1e-4)
    assert np.allclose(scores[rows], best, atol=1e-4)


def test_top_among_allowed_rows(index):
    allowed = np.zeros(index.size, np.bool_)
    allowed[::7] = True
    rows, best = index.top(GROUPS, 9, allowed)
    scores, _ = index.score(GROUPS)
    assert allowed[rows].all()
    assert np.allclose(best, np.sort(scores[allowed])[::-1][:9], atol=1e-4)


def test_when_enough_was_read_the_rest_is_looked_up(index, monkeypatch):
    every = index.score(GROUPS)[0]
    monkeypatch.setattr("index.bm25.MOST_POSTINGS", 40)
    rows, best = index.top(GROUPS, 3)
    assert len(rows) == 3
    assert np.allclose(best, every[rows], atol=1e-4)
    # What the rare terms name is found; here these are among the best of all.
    assert every[rows].min() >= np.sort(every)[-30]


def test_scores_of_chosen_rows(index):
    chosen = [399, 0, 17]
    scores, coverage = index.score(GROUPS)
    some, covered = index.query(GROUPS).at(chosen)
    assert np.allclose(some, scores[chosen], atol=1e-4)
    assert np.allclose(covered, coverage[chosen], atol=1e-5)


def test_a_weight_lessens_an_alternative(index):
    full, _ = index.score([["肺癌", "化疗"]])
    same, _ = index.score([{"肺癌": 1.0, "化疗": 1.0}])
    less, _ = index.score([{"肺癌": 1.0, "化疗": 0.2}])
    only, _ = index.score([["化疗"]])
    assert np.allclose(full, same)
    assert (less <= full + 1e-6).all() and less[only > 0].sum() < full[only > 0].sum()


def test_idf_of_groups(index, rows):
    df = sum(bool({"肺癌", "化疗"} & set(terms(text))) for text in rows)
    assert index.idf(["肺癌", "化疗"]) == pytest.approx(
        math.log(1 + (len(rows) - df + 0.5) / (df + 0.5))
    )
    assert index.idf(["没有"]) == pytest.approx(math.log(1 + (len(rows) + 0.5) / 0.5))


def test_an_empty_index_answers(tmp_path):
    index = build(tmp_path / "empty", [])
    assert index.size == 0
    assert [len(part) for part in index.top(GROUPS, 5)] == [0, 0]
    assert index.score(GROUPS)[0].shape == (0,)


def test_names_are_found_by_their_parts(tmp_path):
    index = build(tmp_path / "names", ["EGFR突变患者", "TGF-β1水平", "Kupffer细胞", "PD-L1≥50%"])
    for row, text in enumerate(["EGFR", "TGF-beta1", "kupffer", "PD-L1"]):
        found, _ = index.top([[term] for term in terms(text)], 1)
        assert found.tolist() == [row]


def test_a_phrase_is_found_where_all_its_terms_are(index, rows):
    both = {i for i, text in enumerate(rows) if {"免疫", "疫治", "治疗"} <= set(terms(text))}
    found, _ = index.top([["免疫 疫治 治疗"]], 1000)
    assert set(found.tolist()) == both
    assert index.idf(["免疫 疫治 治疗"]) == pytest.approx(
        math.log(1 + (len(rows) - len(both) + 0.5) / (len(both) + 0.5))
    )
    assert len(index.top([["免疫 没有"]], 5)[0]) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [("TGF-β1", "TGFbeta1"), ("PD-L1", "PDL1"), ("tumours", "tumor"), ("1,190", "1190"),
     ("HER-2", "HER2"), ("Ⅱ", "II"), ("inhibited", "inhibits"), ("转化生长因子-β", "转化生长因子β")],
)  # fmt: skip
def test_spellings_are_one_phrase(one, other):
    assert phrase(one) == phrase(other) != ""


def test_names_inside_chinese_whole_and_by_part():
    assert {"egfr", "突变"} <= set(terms("EGFR突变"))
    assert {"tgfbeta1", "smad3", "tgf"} <= set(terms("TGF-β1/Smad3"))
    assert {"pdl1", "pd", "50"} <= set(terms("PD-L1≥50%"))
    assert {"cd8", "t", "细胞"} <= set(terms("CD8+T细胞"))
    assert terms("the and of") == []
