"""Whether a quote stands on its page."""

from benchmarks.quotes import stands

PAGE = "肺癌易转移到脑。血脑屏障是主要的障碍。"


def test_a_quote_stands_whole_or_parted_once() -> None:
    assert stands("血脑屏障是主要", PAGE)
    # The end of one column and the beginning of another.
    assert stands("主要的障碍。肺癌易转移", PAGE)
    assert not stands("血脑屏障不是主要", PAGE)
    # Scattered characters are no quote.
    assert not stands("脑障", PAGE.replace("障", "碍", 1).replace("障", ""))
    assert not stands("肺癌脑血", PAGE)
