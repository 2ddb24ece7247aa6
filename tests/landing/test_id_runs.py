"""The runs of an index are those of its kind."""

import numpy as np

from pipelines.landing.id_runs import Runs
from pipelines.landing.id_words import IDS
from pipelines.storage.hash_runs import write_run


def test_a_run_of_another_kind_is_left_aside(tmp_path):
    for name, kind in (("run-a", IDS.name), ("run-b", "another")):
        write_run(str(tmp_path / name), kind, (), 1, [np.ones(1, np.uint64)])
    runs = Runs(str(tmp_path), IDS)
    assert [run.place[-1] for run, _ in runs.each(lambda run: run.facts.count)] == ["a"]
    assert runs.left_aside == {
        f"{tmp_path}/run-b": f"{tmp_path}/run-b is damaged: expected hashes of event_id, found another"
    }
