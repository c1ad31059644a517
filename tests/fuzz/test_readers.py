"""A few seconds for every reader of strangers' bytes; `make fuzz` takes two minutes for each."""

import pytest

from tests.fuzz.__main__ import fuzz
from tests.fuzz.readers import READERS

N_EXECUTIONS = 40


@pytest.mark.parametrize("name", READERS)
def test_a_reader_gives_what_it_finds_or_refuses_it(name, tmp_path):
    count = fuzz(READERS[name], tmp_path, N_EXECUTIONS, seed=20)
    assert count.executions >= N_EXECUTIONS
