"""What a run of dbt leaves behind for the next one."""

from pipelines.defs import warehouse


def test_results_of_an_earlier_run_are_not_taken_for_those_of_the_next(settings):
    """A project that dbt could not compile passed for the build before it."""
    left = settings.home_dir / "dbt" / "run" / warehouse.RESULTS
    left.parent.mkdir(parents=True)
    left.write_text('{"results": []}')

    folder = warehouse._run_folder(settings, warehouse._project(settings))

    assert folder == left.parent
    assert not left.exists()
