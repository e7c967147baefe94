"""A partition as an older Unitmill laid it out."""

from pipelines.ledger.files import file_of_before, parts, record_of


def as_before(place):
    """Make one file and its record of a partition of one part; give the file."""
    [path] = parts(place)
    inputs, line = record_of(place).read_text().splitlines()
    old = file_of_before(place)
    path.rename(old)
    record_of(old).write_text(f"{inputs}\n{line.partition(' ')[0]}  {old.name}\n")
    record_of(place).unlink()
    place.rmdir()
    return old
