"""Commands of `newsfeed` as tasks: on the worker, or submitted to a Spark, as the settings say."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator

from pipelines.scheduling.failures import judged
from pipelines.scheduling.lineage import parent
from pipelines.scheduling.settings import COMPUTING, SETTINGS

Words = Callable[[Mapping[str, Any]], Sequence[str]]
"""A command's name and what follows it, of the parameters of the DAG's run."""


class Command(BashOperator):  # type: ignore[misc]
    """A command on the worker. Its words are no templates: what is in a path means nothing to Airflow or a shell."""

    template_fields = ()

    def __init__(self, *, words: Words, **options: Any) -> None:
        super().__init__(bash_command="", append_env=True, skip_on_exit_code=None, **options)
        self.words = words

    def execute(self, context: Any) -> Any:
        """Run it. Raises AirflowFailException for what does not pass, AirflowException for what may."""
        words = shlex.join(["newsfeed", *self.words(context["params"])])
        self.bash_command = f"exec {words} "  # with a last space, or what ends with .sh would be taken for a script
        with judged(context) as variables:
            self.env = variables | parent(context["ti"])
            return super().execute(context)


def command(name: str, *words: str, task_id: str | None = None, asked: Words | None = None, **options: Any) -> Any:
    """The task of a command on the lake; what is `asked` of the run's parameters follows its words."""

    def said(params: Mapping[str, Any]) -> list[str]:
        return [name, *words, *(asked(params) if asked else ()), "--root", SETTINGS.root]

    operator = _job() if SETTINGS.submits and name in COMPUTING else Command
    return operator(task_id=task_id or name, words=said, **options)


def _job() -> Any:
    """The operator that submits a command, which is loaded where it is used: that takes longer than all else here."""
    from pipelines.scheduling.submitted import Job

    return Job
