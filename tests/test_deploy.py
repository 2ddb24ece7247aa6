"""What docs/deploy.md says of Kubernetes fits the objects that are given for it."""

import re
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[1]
DEPLOY = (PROJECT / "docs" / "deploy.md").read_text("utf-8")


def test_the_line_for_kubernetes_names_the_objects_that_there_are():
    objects = list(yaml.safe_load_all((PROJECT / "docs" / "kubernetes" / "newsfeed.yaml").read_text("utf-8")))
    names = {one["kind"]: one["metadata"]["name"] for one in objects}
    asked = dict(re.findall(r"spark\.kubernetes\.(\S+)=(\S+)", DEPLOY))
    assert asked["namespace"] == names["Namespace"]
    assert asked["authenticate.driver.serviceAccountName"] == names["ServiceAccount"]
    for part in ("driver", "executor"):
        assert asked[f"{part}.volumes.persistentVolumeClaim.lake.options.claimName"] == names["PersistentVolumeClaim"]
    assert {one["metadata"].get("namespace") for one in objects[1:]} == {names["Namespace"]}


def test_each_job_is_in_the_table_of_jobs():
    assert sorted(re.findall(r"^\|.*`jobs/(\w+)\.py`", DEPLOY, re.MULTILINE)) == sorted(
        file.stem for file in (PROJECT / "jobs").iterdir() if file.suffix == ".py"
    )
