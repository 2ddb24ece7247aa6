"""With the engine `spark` the DAGs submit what computes; tests/servers/test_production.py has them do it."""

from pipelines.scheduling.settings import COMPUTING
from tests.dags.airflows import DAGS


def test_what_computes_is_submitted_and_has_a_job(found):
    operators = {
        task: facts["operator"]
        for dag in found["submitting"].values()
        for task, facts in dag["tasks"].items()
        if facts["operator"] in ("Command", "Job")
    }
    assert operators == dict.fromkeys(("land", "run", "plan", "maintain", "rebuild"), "Job")


def test_what_is_submitted_is_a_file_of_the_folder_of_jobs():
    assert [name for name in COMPUTING if not (DAGS.parent / "jobs" / f"{name}.py").is_file()] == []
