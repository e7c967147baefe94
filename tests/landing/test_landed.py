"""What a refusal says to a person: the file once, and what is not read for it."""

from pipelines.landing.landed import Refusal


def test_a_reason_without_the_file_gets_its_name():
    refusal = Refusal("", ("odd.csv",), "no source recognizes it")

    assert refusal.sentence == "odd.csv: no source recognizes it"


def test_a_reason_that_names_the_file_is_not_given_the_name_again():
    refusal = Refusal("", ("a.csv.gz",), "a.csv.gz: unreadable, it ends early")

    assert refusal.sentence == "a.csv.gz: unreadable, it ends early"


def test_the_files_that_are_not_read_with_a_broken_one_are_named_too():
    pages = ("page-1.json", "page-2.json", "page-3.json")
    refusal = Refusal("openai", pages, "openai: page-3.json is no page")

    assert refusal.sentence == (
        "openai: page-3.json is no page; not read with it: page-1.json, page-2.json"
    )
