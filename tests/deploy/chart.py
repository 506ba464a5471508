"""Lints the Helm chart, renders it in several ways with Helm's own engine, and prints, as JSON, what is wrong."""

import json
import sys
from pathlib import Path

import yaml
from helm_python import chart as helm

CHART = Path(sys.argv[1])
SECRET = {"database": {"existingSecret": "db"}}
VARIANTS = {
    "defaults": {},
    "shared": {"replicas": 3, **SECRET},
    "all": {
        "replicas": 2,
        **SECRET,
        "ingress": {"enabled": True, "host": "deepfix.example", "tlsSecret": "tls", "className": "nginx"},
        "networkPolicy": {"enabled": True, "from": [{"from": [{"podSelector": {}}]}], "to": [{"ports": [{"port": 5432}]}]},
        "deepfixToml": 'a = "b"\n[c]\n',
        "secretEnvFrom": ["llm"],
        "image": {"repository": "r", "digest": "sha256:" + "0" * 64},
        "nodeSelector": {"a": "b"},
        "tolerations": [{"key": "k"}],
        "metrics": {"annotations": {"prometheus.io/scrape": "true"}},
    },
    "memory": {"persistence": {"enabled": False}, "metrics": {"enabled": False}},
}
REFUSED = {
    "several servers with one SQLite file": {"replicas": 2},
    "an unknown value": {"replica": 2},
    "a peer in place of a rule": {"networkPolicy": {"enabled": True, "from": [{"podSelector": {}}]}},
    "a number for a variable": {"config": {"SERVER__MAX_BODY": 5}},
    "a digest that is none": {"image": {"repository": "r", "digest": "latest"}},
}
# Versions that a cluster since 1.25 has.
KINDS = {
    ("apps/v1", "Deployment"), ("v1", "Service"), ("v1", "ServiceAccount"), ("v1", "ConfigMap"), ("v1", "PersistentVolumeClaim"),
    ("networking.k8s.io/v1", "Ingress"), ("networking.k8s.io/v1", "NetworkPolicy"), ("policy/v1", "PodDisruptionBudget"),
}


class Strict(yaml.SafeLoader):
    """Where a key stands twice, one of them is lost."""


def _mapping(loader, node):
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    if len(keys) != len(set(map(str, keys))):
        raise yaml.YAMLError(f"a key stands twice: {keys}")
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def documents(values):
    rendered = helm.Chart.load(CHART).render(values, name="r", namespace="n")
    for name, text in rendered.items():
        if name.endswith((".yaml", ".yml")):
            yield from (it for it in yaml.load_all(text, Strict) if it)


def pod(found):
    return next(it for it in found if it["kind"] == "Deployment")["spec"]["template"]["spec"]


def wrong_with(variant, found):
    names = [(it["kind"], it["metadata"]["name"]) for it in found]
    if len(names) != len(set(names)):
        yield f"{variant}: two objects of one name: {names}"
    for it in found:
        if (it["apiVersion"], it["kind"]) not in KINDS:
            yield f"{variant}: {it['apiVersion']} {it['kind']}"
    spec = pod(found)
    [container] = spec["containers"]
    security = {**spec["securityContext"], **container["securityContext"]}
    expected = {"runAsNonRoot": True, "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    for key, value in expected.items():
        if security.get(key) != value:
            yield f"{variant}: {key} is {security.get(key)}"
    mounted = {it["name"] for it in container["volumeMounts"]}
    if mounted != {it["name"] for it in spec["volumes"]}:
        yield f"{variant}: volumes and mounts differ"
    ports = {it["name"]: it["containerPort"] for it in container["ports"]}
    labels = next(it for it in found if it["kind"] == "Deployment")["spec"]["template"]["metadata"]["labels"]
    for service in (it for it in found if it["kind"] == "Service"):
        if any(it["targetPort"] not in ports for it in service["spec"]["ports"]):
            yield f"{variant}: {service['metadata']['name']} leads to no port"
        if not service["spec"]["selector"].items() <= labels.items():
            yield f"{variant}: {service['metadata']['name']} selects nothing"
    maps = {it["metadata"]["name"] for it in found if it["kind"] == "ConfigMap"}
    for source in container["envFrom"]:
        if "configMapRef" in source and source["configMapRef"]["name"] not in maps:
            yield f"{variant}: no map {source}"


def main():
    wrong = []
    for variant, values in VARIANTS.items():
        report = helm.lint(CHART, values, strict=True)
        wrong += [f"{variant}: {it}" for it in report["messages"] if it["severity"] >= 2] + report["errors"]
        helm.Chart.load(CHART).validate_schema(values)
        wrong += wrong_with(variant, list(documents(values)))
    for what, values in REFUSED.items():
        try:
            helm.Chart.load(CHART).validate_schema(values)
            list(documents(values))
        except Exception:  # noqa: BLE001, whatever way it is refused
            continue
        wrong.append(f"{what} is taken")
    # What each variant is about is there.
    kinds = {variant: {it["kind"] for it in documents(values)} for variant, values in VARIANTS.items()}
    if "PersistentVolumeClaim" not in kinds["defaults"] or "PersistentVolumeClaim" in kinds["shared"]:
        wrong.append("a volume where there is a database, or none where there is not")
    if not {"Ingress", "NetworkPolicy", "PodDisruptionBudget"} <= kinds["all"]:
        wrong.append(f"all: {kinds['all']}")
    if not pod(list(documents(VARIANTS["all"])))["containers"][0]["image"].startswith("r@sha256:"):
        wrong.append("the digest does not win over the tag")
    variables = sorted({
        name for values in VARIANTS.values() for it in documents(values) if it["kind"] == "ConfigMap" for name in it["data"] if name.startswith("DEEPFIX_")
    })
    print(json.dumps({"wrong": wrong, "variables": variables}))


main()
