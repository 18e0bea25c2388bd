"""How often the clause finder finds what an official would, on phrases written without sight of its clauses."""

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

from content.catalogue import Catalogue
from domain.clause import Clause

PHRASES = tomllib.loads(Path(__file__).with_name("clause_phrases.toml").read_text(encoding="utf-8"))

FIRST_RATE = 0.70
THIRD_RATE = 0.85
FALSE_RATE = 0.10

# A clause by its printed label, or a rule by its law's short name and an article in digits.
LABEL = re.compile(
    r"工贸企业重大事故隐患判定标准第[一二三四五六七八九十]+条(第（[一二三四五六七八九十]+）项)?"
    r"|GB 45067-2024第4\.1条[abcd]\)"
    r"|\w+(法|条例|规定)第\d+(-\d+)?条"
)


def names_of(clause: Clause) -> set[str]:
    return {clause.label} | {f"{basis.law}第{basis.article}条" for basis in clause.basis}


def are_wanted(clauses: Iterable[Clause], wanted: list[str]) -> bool:
    return any(names_of(clause) & set(wanted) for clause in clauses)


def test_phrases_are_enough_and_each_is_said_once():
    said = [entry["said"] for kind in ("phrase", "nothing") for entry in PHRASES[kind]]
    assert len(said) == len(set(said))
    assert len(PHRASES["phrase"]) >= 170
    assert len(PHRASES["nothing"]) >= 60
    for entry in PHRASES["phrase"]:
        assert entry["clauses"], entry["said"]
        assert all(LABEL.fullmatch(label) for label in entry["clauses"]), entry


def test_plain_words_find_the_clause_an_official_would(catalogue: Catalogue, figure: Callable[[str], None]):
    finder = catalogue.clause_finder
    phrases = PHRASES["phrase"]
    first, third, missed = 0, 0, []
    for entry in phrases:
        found = [hit.clause for hit in finder.find(entry["said"])]
        first += are_wanted(found[:1], entry["clauses"])
        if are_wanted(found[:3], entry["clauses"]):
            third += 1
        else:
            missed.append((entry["said"], entry["clauses"][0], [clause.label for clause in found[:3]]))
    figure(
        f"clause finder: {len(phrases)} phrases, "
        f"first {first / len(phrases):.0%}, among three {third / len(phrases):.0%}"
    )
    rows = "\n".join(f"{said} | {best} | {found}" for said, best, found in missed)
    assert first >= FIRST_RATE * len(phrases), f"first {first} of {len(phrases)}; not among three:\n{rows}"
    assert third >= THIRD_RATE * len(phrases), f"among three {third} of {len(phrases)}; not among three:\n{rows}"


def test_what_is_no_hazard_finds_no_clause(catalogue: Catalogue, figure: Callable[[str], None]):
    said = [entry["said"] for entry in PHRASES["nothing"]]
    false = {text: hits[0].clause.label for text in said if (hits := catalogue.clause_finder.find(text))}
    figure(f"clause finder: {len(said)} messages without a hazard, {len(false) / len(said):.0%} found a clause")
    assert len(false) <= FALSE_RATE * len(said), false
