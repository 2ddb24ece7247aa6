"""LMDB as a store."""

import pytest

from tests.stores.contract import Contract


class TestLmdb(Contract):
    @pytest.fixture
    def url(self, tmp_path):
        return f"lmdb:{tmp_path / 'served.lmdb'}"
