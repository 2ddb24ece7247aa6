"""The head of an answer is written with the beginning of its body."""

import pytest

from pipelines.serving.joining import Joined


class Written(list[bytes]):
    """A transport that notes each of its writes."""

    is_closed = False

    def write(self, data):
        self.append(data)

    def writelines(self, data):
        self.append(b"".join(data))

    def close(self):
        self.is_closed = True

    def is_closing(self):
        return self.is_closed


@pytest.mark.parametrize(
    ("parts", "written"),
    [([], []), ([b"h"], [b"h"]), ([b"h", b"b"], [b"hb"]), ([b"h", b""], [b"h"]), ([b"h", b"b", b"c"], [b"hb", b"c"])],
)
def test_a_head_goes_with_what_comes_behind_it(parts, written):
    transport = Written()
    joined = Joined(transport)
    for part in parts:
        joined.write(part)
    assert not joined.is_closing()
    joined.close()
    assert joined.is_closing()
    assert transport == written
