from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from search_spaces import Space
from sweeps.reports.charts import Gallery
from sweeps.reports.html_report import Figure, page
from sweeps.reports.importance_chart import IMPORTANCE, Importance
from sweeps.reports.inline_svg import Sheet, inlined
from sweeps.reports.material import Material
from sweeps.reports.note import LONGEST, note
from sweeps.reports.rendering import rendered, settled
from sweeps.trial import Failure
from tests.sweeps.founds import found
from tests.sweeps.reports import samples

NASTY = "<script>alert('$x_1$')</script> & \"quoted\" \u202e ü \x1b[31m"
DOLLARS = "$x_1$"
NOTHING = Gallery((), {})


class Tags(HTMLParser):
    """Every tag of a page, and every class and id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id" and value]


@pytest.fixture(scope="module")
def nasty() -> Material:
    """A sweep in which everything that somebody may write is as bad as it can be."""
    sweep, results = samples.searched(6)
    space = Space.read({"kind": [NASTY, "other"], "width": [8, 16]}, free=True)
    results = [
        replace(one, trial=replace(one.trial, config={"kind": NASTY, "width": 8}))
        for one in results
    ]
    results[5] = replace(results[5], score=None, error=Failure("user_error", NASTY))
    return Material(found(replace(sweep, name=NASTY, space=space), results))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Figure:
    drawing = Importance(((NASTY, 0.7), (DOLLARS, 0.3)), 0)
    with settled():
        wide, narrow = rendered(drawing, NASTY, tmp_path_factory.mktemp("x") / "x.png")
    return Figure(IMPORTANCE, drawing, wide, narrow)


def test_what_users_write_is_text_and_nothing_else(nasty, drawn):
    text = page(nasty, [drawn, drawn], NOTHING)
    read = Tags(text)
    assert "script" not in read.tags
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count("&lt;script&gt;") >= 5
    assert f">{DOLLARS}</text>" in text, "a dollar sign begins no formula"
    assert not [name for name, _ in read.attributes if name.startswith("on")]


def test_nothing_is_asked_of_anybody(nasty, drawn):
    text = page(nasty, [drawn], NOTHING)
    links = [value for name, value in Tags(text).attributes if name in ("href", "src")]
    assert links
    assert all(value.startswith(("#", "data:image/png")) for value in links if value)
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
    assert "@import" not in text


def test_pictures_of_a_page_share_no_ids_and_miss_none(drawn):
    sheet = Sheet()
    both = inlined(drawn.wide, "a", "wide", "one", sheet) + inlined(
        drawn.narrow, "b", "narrow", "two", sheet
    )
    read = Tags(both)
    assert len(set(read.ids)) == len(read.ids) > 2
    wanted = {value[1:] for name, value in read.attributes if name == "href" and value}
    wanted |= set(re.findall(r"url\(#([^)]*)\)", both))
    assert wanted <= set(read.ids)
    assert "style=" not in both
    assert "metadata" not in both
    rules = re.findall(r"^\.(s\d+)\{(.*)\}$", sheet.css(), re.MULTILINE)
    used = {value for name, value in read.attributes if name == "class" and value}
    assert used - {"wide", "narrow"} == {name for name, _ in rules}
    assert not [style for _, style in rules if "font-family" in style]


def test_both_widths_have_words_for_those_who_do_not_see_them(nasty, drawn):
    read = Tags(page(nasty, [drawn], NOTHING))
    labels = [value for name, value in read.attributes if name == "aria-label"]
    assert len([value for value in labels if value and value.startswith("Importance")]) == 2
    assert read.tags.count("svg") == 2


def test_tables_have_the_best_first_and_failures_by_reason():
    material = Material(samples.ordinary())
    text = page(material, [], Gallery((), {"Rung map": "because"}))
    first = text.index("<tbody>")
    assert f'<td class="number">{material.best.trial.number}</td>' in text[first : first + 80]
    assert "Best trials (20 of 50)" in text
    assert '<td>pruned</td><td class="number">7</td>' in text
    assert '<td>diverged</td><td class="number">3</td>' in text
    assert "loss is nan after 3 epochs" in text
    assert "<li>Rung map: because</li>" in text


def test_what_can_be_trusted_stands_at_the_top():
    material = Material(samples.confirmed())
    text = page(material, [], NOTHING)
    top = text[: text.index("<dl>")]
    assert "<p>Best of the search: trial" in top
    assert "of 8 confirmed configurations cannot be told from the best" in top
    assert "the true best of them is among those with 95%" in top
    assert "The search promised" in top
    assert "The baseline, logistic regression, has val_accuracy" in top
    assert "Confirmed configurations" in text
    assert "(recommended)" in text


def test_a_front_is_listed_instead_of_a_best_trial():
    material = Material(samples.two_objectives())
    text = page(material, [], NOTHING)
    assert f"Best: {len(material.front)} trials on the Pareto front" in text
    assert "<h2>On the Pareto front</h2>" in text


def test_a_page_of_many_trials_is_small():
    assert len(page(Material(samples.large(2_000)), [], NOTHING)) < 40_000


def test_the_note_says_it_in_short(nasty):
    material = Material(samples.confirmed())
    said = note(material, NOTHING)
    best = material.best
    assert said.startswith(f"**Best of the search: trial {best.trial.number}, val\\_accuracy 0.97")
    assert "cannot be told from the best" in said
    assert "50 done, 7 pruned, 3 failed; and 8 confirmations" in said
    assert "`report.html`" in said
    hostile = note(nasty, NOTHING)
    assert "<script" not in hostile.replace("\\<", "")
    assert len(hostile) <= LONGEST
