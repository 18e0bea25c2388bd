"""演示区 — the figures and the cast that the demo promises."""

from collections import Counter

from content.catalogue import Catalogue
from content.demo import demo_district, demo_register
from content.workbooks import industry_ids, read_register
from domain.enterprise import EnterpriseEntry
from domain.phone import spoken_phone

CATALOGUE = Catalogue.shipped()
industry_named = industry_ids(CATALOGUE)


DISTRICT = demo_district(industry_named)


def at(street: str) -> list[EnterpriseEntry]:
    return [entry for entry in DISTRICT if entry.street == street]


def test_the_street_has_23_enterprises_in_4_groups_and_14_grids() -> None:
    street = at("望潮街道")
    assert len(street) == 23
    assert len({entry.grid for entry in street}) == 14
    assert sorted(Counter(entry.group for entry in street).values()) == [5, 6, 6, 6]


def test_the_park_has_15_makers_of_dangerous_chemicals_and_12_others() -> None:
    park = at("云泊化工园区")
    assert Counter(entry.group for entry in park) == {"危化品生产企业": 15, "一般化工企业": 12}
    assert all("chemical" in entry.industries for entry in park)


def test_every_code_and_name_is_used_once() -> None:
    assert len({entry.credit_code for entry in DISTRICT}) == len({entry.name for entry in DISTRICT}) == 50


def test_the_cast_hold_their_posts_under_the_phones_of_the_sandbox() -> None:
    posts = {
        person.name: (entry.industries[0], post, person.phone and spoken_phone(person.phone))
        for entry in DISTRICT
        for post, person in (("principal", entry.principal), ("officer", entry.safety_officer))
        if person is not None
    }
    assert posts["王芳"] == ("catering", "officer", "138 0000 1002")
    assert posts["李强"] == ("hazchem-storage", "principal", "138 0000 1003")
    assert posts["赵敏"][1:] == ("officer", "138 0000 1005")
    assert posts["吴涛"][1:] == ("officer", "138 0000 1006")
    assert posts["陈刚"][1:] == ("principal", "138 0000 1007")


def test_one_phone_belongs_to_one_person() -> None:
    owners: dict[str, set[str]] = {}
    for entry in DISTRICT:
        for person in (entry.principal, entry.safety_officer):
            if person is not None and person.phone is not None:
                owners.setdefault(person.phone, set()).add(person.name)
    assert all(len(names) == 1 for names in owners.values())
    assert all(phone.startswith("+861380000") for phone in owners)


def test_the_sample_has_twelve_rows_and_exactly_three_bad_ones() -> None:
    reading = read_register(demo_register([one.name for one in CATALOGUE.industries.values()]), industry_named)
    assert (reading.total, len(reading.rows), reading.bad_rows) == (12, 9, 3)
    assert [problem.column.value for problem in reading.problems] == ["credit_code", "name", "industries"]
    known = {entry.credit_code: entry for entry in DISTRICT}
    old = [(entry, known[entry.credit_code]) for _, entry in reading.rows if entry.credit_code in known]
    assert [entry == before for entry, before in old] == [True, False]
