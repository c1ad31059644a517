import json

import pytest

from engine.errors import ConfigError
from trainer.training.cluster import Cluster, cluster_from, cluster_of


def environment(cluster: dict, kind: str = "worker", index: int = 0) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


def test_workers_in_their_order():
    told = cluster_from(environment({"worker": ["a:1", "b:2"]}, index=1))
    assert told == Cluster(("a:1", "b:2"), 1)
    assert not told.is_chief


def test_a_chief_comes_first():
    jobs = {"worker": ["a:1", "b:2"], "chief": ["c:3"]}
    assert cluster_from(environment(jobs, index=1)) == Cluster(("c:3", "a:1", "b:2"), 2)
    assert cluster_from(environment(jobs, "chief")).is_chief


@pytest.mark.parametrize("unset", [{}, {"TF_CONFIG": " "}, environment({"worker": ["a:1"]})])
def test_one_process_is_no_cluster(unset):
    assert cluster_from(unset) is None


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"TF_CONFIG": "{"}, "must be like"),
        ({"TF_CONFIG": '{"cluster": {"worker": ["a:1"]}}'}, "must be like"),
        ({"TF_CONFIG": "[]"}, "must be like"),
        (environment({"worker": ["a:1", "b:2"]}, index=2), "no process number 2 among 2"),
        (environment({"worker": ["a:1", "b"]}), "'b' is not HOST:PORT"),
        (environment({"worker": ["a:1", "a:1"]}), "twice"),
        (environment({"worker": ["a:1", "b:99999"]}), "not HOST:PORT"),
        (environment({"worker": ["a:1"], "ps": ["b:1"]}, "ps"), "'ps' has no part"),
    ],
)
def test_what_cannot_be_meant_is_told_in_a_sentence(told, reason):
    with pytest.raises(ConfigError, match=reason) as found:
        cluster_from(told)
    assert str(found.value).startswith("The setting TF_CONFIG cannot be used: ")


def test_the_command_line_says_the_same_in_a_list():
    assert cluster_of(["a:1", "b:2"], 1) == Cluster(("a:1", "b:2"), 1)
    assert cluster_of(["a:1"], 0) is None
    with pytest.raises(ConfigError, match="among 2"):
        cluster_of(["a:1", "b:2"], 5)
