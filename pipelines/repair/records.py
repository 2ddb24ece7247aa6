"""The records of releases: where a file of theirs is damaged, they are written again as their commits say them."""

from pipelines.errors import NewsfeedError
from pipelines.releases.records import write_again
from pipelines.storage import delta, places
from pipelines.storage.checksums import faults
from pipelines.storage.lake import Lake


class LostRecords(NewsfeedError):
    """Records of releases are damaged, and no commit says them."""


def write_damaged_again(lake: Lake) -> list[str]:
    """Write records again whose files are damaged; what was wrong, a line a file. Raises LostRecords, Conflict."""
    handle = delta.find(lake.releases)
    if handle is None:
        return []
    facts = delta.facts_of_files(handle, ["path", "size_bytes", "min.release", "max.release"])
    found = faults((places.join(lake.releases, path), size) for path, size, *_ in facts)
    numbers = {places.join(lake.releases, path): (path, range(least, most + 1)) for path, _, least, most in facts}
    lost = write_again(lake, dict(numbers[place] for place in found)) if found else []
    if lost:
        listed = ", ".join(map(str, lost))
        raise LostRecords(f"{next(iter(found.values()))}: the records of releases {listed} are in no commit either")
    return list(found.values())
