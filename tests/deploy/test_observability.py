"""Alert rules and the dashboard ask for what the service exports, and the alerts go off."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from voice.service.child import ChildProcess
from voice.service.monitoring import ServiceCollector
from voice.settings import Settings
from voice.supervision import __main__ as supervision
from voice.telemetry import (
    CallMetrics,
    Heartbeat,
    ServedMetrics,
    ServiceMetrics,
    measured_queues,
    process_registry,
)
from voice.telemetry.reasons import END_REASONS, TRANSFER_OUTCOMES
from voice.telephony.edge.figures import EdgeFigures

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
CASES = Path(__file__).parent / "alert_cases.yml"
METRIC = re.compile(r"\b(?:voice|process)_[a-z_]+\b(?=\s*[{\[)\s]|$)")
LABELS = {
    "instance",
    "process",
    "le",
    "stage",
    "engine",
    "reason",
    "by",
    "outcome",
    "status",
    "job",
}
"""What the service gives its series, and what Prometheus adds."""


def alert_rules() -> list[dict[str, object]]:
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    rules: list[dict[str, object]] = group["rules"]
    return rules


def alert_expressions() -> list[str]:
    return [str(rule["expr"]) for rule in alert_rules()]


def dashboard_expressions() -> list[str]:
    board = json.loads((DEPLOY / "grafana" / "voice.json").read_text())
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of all series that a service's processes export."""
    calls = process_registry()
    CallMetrics(calls)
    measured_queues(calls)
    ServiceMetrics(calls)
    engines = process_registry()
    ServedMetrics(engines)
    Heartbeat(tmp_path / "calls.json", registry=calls)
    edge = EdgeFigures().registry
    pages = CollectorRegistry()
    monkeypatch.setattr(supervision, "process_registry", lambda: pages)
    supervision._metrics(None)  # type: ignore[arg-type]
    own = CollectorRegistry()
    child = ChildProcess("edge", "voice.telephony.edge", [])
    own.register(ServiceCollector(Settings(), [child], lambda: ""))
    return {
        *pages._names_to_collectors,
        *(name for registry in (calls, engines, edge, own) for name in series(registry)),
    }


def series(registry: CollectorRegistry) -> Iterator[str]:
    for metric in registry.collect():
        yield from names_of(metric)


def names_of(metric: Metric) -> Iterator[str]:
    """Also those of families whose labels have had no values yet."""
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    for ending in endings.get(metric.type, ("",)):
        yield metric.name + ending


@pytest.mark.parametrize("expressions", [alert_expressions, dashboard_expressions])
def test_every_metric_that_is_asked_for_is_exported(
    expressions: Callable[[], list[str]], exported: set[str]
) -> None:
    for expression in expressions():
        asked = set(METRIC.findall(expression))
        assert asked or "up{" in expression, expression
        assert asked <= exported, expression


@pytest.mark.parametrize("expressions", [alert_expressions, dashboard_expressions])
def test_every_label_and_value_that_is_asked_for_is_one_that_there_is(
    expressions: Callable[[], list[str]],
) -> None:
    values = {"reason": END_REASONS, "outcome": TRANSFER_OUTCOMES}
    for expression in expressions():
        for label, value in re.findall(r'(\w+)=~?"([^"]*)"', expression):
            assert label in LABELS, expression
            if label in values:
                assert set(value.split("|")) <= {*values[label]}, expression
        for group in re.findall(r"by \(([^)]*)\)", expression):
            assert {name.strip() for name in group.split(",")} <= LABELS, expression


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    for rule in alert_rules():
        annotations = rule["annotations"]
        assert isinstance(annotations, dict)
        assert annotations["summary"] and annotations["action"]
        assert rule["labels"] in ({"severity": "page"}, {"severity": "ticket"})


def test_the_alerts_go_off_when_they_should_and_not_before(
    tmp_path: Path, require_peer: Callable[[str], str]
) -> None:
    promtool = require_peer("promtool")
    tried = {case["alertname"] for test in yaml.safe_load(CASES.read_text())["tests"]
             for case in test["alert_rule_test"]}  # fmt: skip
    assert tried == {rule["alert"] for rule in alert_rules()}
    (tmp_path / "alerts.yml").write_text(ALERTS.read_text())
    (tmp_path / "cases.yml").write_text(CASES.read_text())
    (tmp_path / "prometheus.yml").write_text((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    for command in (("check", "config", "prometheus.yml"), ("test", "rules", "cases.yml")):
        done = subprocess.run(
            [promtool, *command], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_is_found_where_grafana_looks() -> None:
    board = json.loads((DEPLOY / "grafana" / "voice.json").read_text())
    (provider,) = yaml.safe_load(
        (DEPLOY / "grafana/provisioning/dashboards/voice.yaml").read_text()
    )["providers"]
    compose = (DEPLOY / "compose" / "site.yaml").read_text()
    assert f"../grafana/voice.json:{provider['options']['path']}/voice.json:ro" in compose
    (source,) = yaml.safe_load(
        (DEPLOY / "grafana/provisioning/datasources/voice.yaml").read_text()
    )["datasources"]
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {source["uid"]}
    places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
    assert len(places) == len(set(places))
