"""What a run of dbt leaves behind for the next one."""

from pipelines.defs.warehouse import RESULTS, _project, _run_folder


def test_results_of_an_earlier_run_are_not_taken_for_those_of_the_next(settings):
    """A project that dbt could not compile passed for the build before it."""
    left = settings.home_dir / "dbt" / "run" / RESULTS
    left.parent.mkdir(parents=True)
    left.write_text('{"results": []}')

    folder = _run_folder(settings, _project(settings))

    assert folder == left.parent
    assert not left.exists()
