"""Compose files and manifests fit what they start: files, commands, settings, ports and times."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.commands import expect_command
from voice.service import monitoring
from voice.settings import load_settings

pytestmark = pytest.mark.usefixtures("as_written")

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = sorted((DEPLOY / "compose").glob("*.yaml"))
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
MARGIN_SECONDS = 10
"""What the service takes at least to end, after its calls had their time."""


def services(file: Path) -> Mapping[str, Mapping[str, Any]]:
    described: Mapping[str, Mapping[str, Any]] = yaml.safe_load(file.read_text())["services"]
    return described


def voices(file: Path) -> list[Mapping[str, Any]]:
    return [each for each in services(file).values() if each.get("image") == "voice"]


def settings_in(volumes: list[str]) -> Path:
    (own,) = [each.split(":")[0] for each in volumes if each.endswith("/voice.toml:ro")]
    return (DEPLOY / "compose" / own).resolve()


def objects() -> Iterator[Mapping[str, Any]]:
    for file in MANIFESTS:
        yield from yaml.safe_load_all(file.read_text())


def containers() -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each container with the pod that it is in."""
    pods = [
        each["spec"]["template"]["spec"] for each in objects() if "template" in each.get("spec", {})
    ]
    return {
        each["name"]: (each, pod)
        for pod in pods
        for each in [*pod.get("initContainers", []), *pod["containers"]]
    }


def test_every_profile_has_its_compose_file() -> None:
    assert {file.stem for file in COMPOSE} == {
        file.stem for file in (DEPLOY / "profiles").glob("*.toml")
    }


@pytest.mark.parametrize("file", COMPOSE, ids=lambda file: file.stem)
def test_what_is_mounted_or_built_is_there(file: Path) -> None:
    described = yaml.safe_load(file.read_text())
    for service in described["services"].values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (file.parent / source).exists(), source
            elif not source.startswith("/"):
                assert source in described["volumes"]
        if build := service.get("build"):
            assert (file.parent / build["context"] / build["dockerfile"]).is_file()


@pytest.mark.parametrize("file", COMPOSE, ids=lambda file: file.stem)
def test_containers_of_voice_use_its_profile_and_may_finish_their_calls(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert voices(file)
    for service in voices(file):
        profile = settings_in(service["volumes"])
        assert profile == DEPLOY / "profiles" / f"{file.stem}.toml"
        for variable, value in service.get("environment", {}).items():
            monkeypatch.setenv(variable, value)
        settings = load_settings(profile)
        seconds = int(service["stop_grace_period"].removesuffix("s"))
        assert seconds >= settings.calls.shutdown_seconds + MARGIN_SECONDS
        asked = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", service["healthcheck"]["test"][-1])
        assert asked is not None
        assert settings.telemetry.listen.endswith(f":{asked[1]}")
        assert asked[2] in paths_served()


def test_nodes_of_the_region_are_those_that_kamailio_knows() -> None:
    region = services(DEPLOY / "compose" / "region.yaml")
    listed = re.findall(
        r"^1 sip:(\S+)", (DEPLOY / "kamailio" / "dispatcher.list").read_text(), re.MULTILINE
    )
    nodes = [each for each in region.values() if each["image"] == "voice"]
    assert [each["environment"]["VOICE_SIP__LISTEN"] for each in nodes] == listed
    addresses = [each["networks"]["telephony"]["ipv4_address"] for each in nodes]
    assert [f"{address}:5060" for address in addresses] == listed
    kamailio = region["kamailio"]["networks"]["telephony"]["ipv4_address"]
    assert f"LISTEN udp:{kamailio}:5060" in (DEPLOY / "kamailio" / "kamailio.cfg").read_text()
    (trunk,) = load_settings(DEPLOY / "profiles" / "region.toml").sip.trunks
    assert trunk.networks == [f"{kamailio}/32"] and trunk.trusted


@pytest.mark.parametrize("file", COMPOSE, ids=lambda file: file.stem)
def test_nothing_in_a_container_may_become_more_than_it_is(file: Path) -> None:
    for service in voices(file):
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r"^USER 10001$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)


def test_the_image_starts_a_command_that_there_is() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert 'ENTRYPOINT ["voice"]' in text
    command = re.search(r"^CMD (.+)$", text, re.MULTILINE)
    assert command is not None
    expect_command(yaml.safe_load(command[1]))
    extras = re.search(r"/source\[([\w,-]+)]", text)
    assert extras is not None
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(extras[1].split(",")) <= set(known)


def test_manifests_run_commands_with_settings_that_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for container, _ in containers().values():
        if container["image"] == "voice":
            expect_command(container["args"])
    voice, _ = containers()["voice"]
    for variable in voice["env"]:
        value = variable.get("value", "call-node-0").replace("$(MACHINE)", "192.0.2.11")
        if variable["name"].startswith("VOICE_"):
            monkeypatch.setenv(variable["name"], value)
    settings = load_settings(DEPLOY / "profiles" / "region.toml")
    mounts = {mount["name"]: mount["mountPath"] for mount in voice["volumeMounts"]}
    # The service refuses a runtime directory of another user, and an emptyDir is root's.
    assert str(settings.runtime.directory).startswith(f"{mounts['runtime']}/")
    ports = {port["name"]: port["containerPort"] for port in voice["ports"]}
    assert settings.sip.listen == f"192.0.2.11:{ports['sip']}"
    assert settings.supervision.listen == f"192.0.2.11:{ports['pages']}"
    assert settings.telemetry.listen.endswith(f":{ports['metrics']}")


def test_probes_ask_what_the_service_serves_on_this_machine() -> None:
    voice, pod = containers()["voice"]
    assert pod["hostNetwork"], "or 127.0.0.1 would be another one"
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = voice[name]["httpGet"]
        assert asked["path"] in paths_served() and asked["host"] == "127.0.0.1"
        assert load_settings(DEPLOY / "profiles" / "region.toml").telemetry.listen.endswith(
            f":{asked['port']}"
        )
    # A node that is full or drains is not killed for it.
    assert voice["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_a_pod_that_goes_lets_its_calls_finish() -> None:
    voice, pod = containers()["voice"]
    limit = load_settings(DEPLOY / "profiles" / "region.toml").calls.shutdown_seconds
    assert pod["terminationGracePeriodSeconds"] >= limit + MARGIN_SECONDS
    *_, script = voice["lifecycle"]["preStop"]["exec"]["command"]
    # Waits for the end: the kubelet's SIGTERM after the hook would be the one that ends calls.
    assert script == "kill -TERM 1 && tail --pid=1 -f /dev/null"
    (budget,) = [each for each in objects() if each["kind"] == "PodDisruptionBudget"]
    assert budget["spec"]["maxUnavailable"] == 1
    (nodes,) = [each for each in objects() if each["kind"] == "StatefulSet"]
    assert budget["spec"]["selector"] == nodes["spec"]["selector"]


def test_every_volume_of_a_pod_is_one_that_there_is() -> None:
    claims = {
        claim["metadata"]["name"]
        for each in objects()
        for claim in each.get("spec", {}).get("volumeClaimTemplates", [])
    }
    for container, pod in containers().values():
        known = {volume["name"] for volume in pod["volumes"]} | claims
        assert {mount["name"] for mount in container["volumeMounts"]} <= known


def test_the_kustomization_names_every_manifest_and_files_that_there_are() -> None:
    described = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text())
    assert {DEPLOY / name for name in described["resources"]} == set(MANIFESTS)
    made = {each["name"] for each in described["configMapGenerator"]}
    used = set(re.findall(r"configMap: \{name: (\w+)}", "".join(f.read_text() for f in MANIFESTS)))
    assert made == used
    for each in described["configMapGenerator"]:
        for file in each["files"]:
            assert (DEPLOY / file.rpartition("=")[2]).is_file()


def test_kubectl_makes_manifests_of_it_that_use_these_very_files() -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("needs kubectl, which Debian does not have")
    done = subprocess.run(
        [kubectl, "kustomize", str(DEPLOY)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    made = {each["kind"]: each for each in yaml.safe_load_all(done.stdout)}
    assert {"ConfigMap", "DaemonSet", "StatefulSet", "PodDisruptionBudget"} <= set(made)
    pods = [made[kind]["spec"]["template"]["spec"] for kind in ("StatefulSet", "DaemonSet")]
    images = {one["image"] for pod in pods for one in pod["containers"]}
    # Without a registry and a tag, the cluster would ask docker.io for "voice:latest".
    assert all(re.fullmatch(r"[\w.]+\.\w+/[\w-]+:\w+", image) for image in images)
    mounted = made["StatefulSet"]["spec"]["template"]["spec"]["volumes"][0]["projected"]["sources"]
    # A changed file is a changed name: the nodes are rolled out anew.
    assert re.fullmatch(r"voice-\w{10}", mounted[0]["configMap"]["name"])


def paths_served() -> set[str]:
    """What metrics and probes are served under."""
    return set(re.findall(r'Route\("(/\w+)"', Path(monitoring.__file__).read_text()))
