"""A search index as a store: the contract, and what is found."""

import pytest

from tests.stores.contract import Contract


class TestSearch(Contract):
    resumes = False

    @pytest.fixture
    def url(self, tmp_path):
        return f"search:{tmp_path / 'found'}"
