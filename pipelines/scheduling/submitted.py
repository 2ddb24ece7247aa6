"""Commands of `newsfeed` as tasks that `spark-submit` starts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

from pipelines.scheduling.failures import judged
from pipelines.scheduling.lineage import parent
from pipelines.scheduling.settings import SETTINGS


class Job(SparkSubmitOperator):  # type: ignore[misc]
    """A command as its file of `jobs/`; its words are no templates."""

    template_fields = ()

    def __init__(self, *, words: Callable[[Mapping[str, Any]], Sequence[str]], **options: Any) -> None:
        super().__init__(conn_id=SETTINGS.spark_connection, **options)
        self.words = words

    def execute(self, context: Any) -> Any:
        """Submit it and wait. Raises AirflowFailException for what does not pass, AirflowException for what may."""
        name, *words = self.words(context["params"])
        self.application, self.application_args, self.name = f"{SETTINGS.jobs}/{name}.py", words, f"newsfeed {name}"
        with judged(context) as variables:
            self.env_vars = variables | parent(context["ti"])
            return super().execute(context)
