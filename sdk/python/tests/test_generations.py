"""Clients of four generations: what they send, and how they read the answer."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import pytest
import requests

SHARED = Path(__file__).resolve().parents[4] / "shared" / "requests"

STATISTICS = {
    "feature_statistics": None,
    "number_unique_values": {"a": 120, "b": 3, "y": 2},
    "percentage_unique_values": {"a": 100.0, "b": 2.5, "y": 1.67},
    "categorical_features": ["b"],
    "numerical_features": ["a"],
}
CONDITIONS = [{"status": "FAIL", "condition": "Percentage of test data samples that appear in train data is less than 5%", "more_info": "Percent of test data samples that appear in train data: 40%"}]  # fmt: skip  # noqa: E501
ITEM = {
    "header": "Train Test Samples Mix",
    "result": {
        "check": "Train Test Samples Mix",
        "params": None,
        "summary": "Detect samples in the test data that appear also in training data.",
        "value": {"ratio": {"dtype": "float64", "value": 0.4}},
        "conditions_results": CONDITIONS,
        "link_in_summary": None,
        "display_text": None,
        "display_images": None,
    },
}
#: What newer clients always send, null where there is nothing.
BODY = {
    "dataset_name": "d",
    "language": "english",
    "dataset_artifacts": {
        "dataset_name": "d",
        "task_type": "tabular_classification",
        "train_statistics": STATISTICS,
        "test_statistics": STATISTICS,
    },
    "deepchecks_artifacts": {"dataset_name": "d", "results": {"train_test_validation": [ITEM]}, "config": None},
    "model_checkpoint_artifacts": None,
    "training_artifacts": {
        "metrics_path": None,
        "metrics_values": {"epoch": [0, 1, 2], "train_loss": [1.0, "NaN", 0.5], "val_loss": [1.1, 0.9, 0.8]},
        "params": {"learning_rate": 0.1},
    },
}
#: The first generation had other names for the statistics and for a check's parts.
FIRST = {
    "dataset_name": "d",
    "dataset_artifacts": {"dataset_name": "d", "statistics": STATISTICS},
    "deepchecks_artifacts": {
        "dataset_name": "d",
        "results": {
            "train_test_validation": [
                {
                    "header": ITEM["header"],
                    "json_result": {
                        "check": {"name": ITEM["header"], "params": {}, "summary": ""},
                        "value": ITEM["result"]["value"],
                        "conditions_results": [
                            {
                                "Status": "FAIL",
                                "Condition": CONDITIONS[0]["condition"],
                                "More Info": CONDITIONS[0]["more_info"],
                            }
                        ],
                    },
                    "display_txt": None,
                    "display_images": None,
                }
            ]
        },
        "config": None,
    },
    "model_checkpoint_artifacts": None,
    "training_artifacts": None,
    "language": "english",
}
FOURTH = {**BODY, "model_name": "", "original_code": None, "verify_repairs": False}


def parse(response: dict) -> set[str]:
    """Reads an answer with the strictness of the clients; gives the descriptions."""
    assert set(response) >= {"agent_results", "summary", "additional_outputs", "error_messages", "dataset_name"}
    for name, result in response["agent_results"].items():
        assert result["agent_name"] == name
        assert result["error_message"] is None or isinstance(result["error_message"], str)
        for field in ("analyzed_artifacts", "retrieved_knowledge"):
            assert result[field] is None or all(isinstance(it, str) for it in result[field])
        for analysis in result["analysis"]:
            finding, advice = analysis["findings"], analysis["recommendations"]
            assert finding["severity"] in ("low", "medium", "high")
            for holder in (finding, advice):
                assert 0 <= holder["confidence"] <= 1
                assert not math.isnan(holder["confidence"])
            assert isinstance(finding["description"], str)
            assert isinstance(finding["evidence"], str)
            assert isinstance(advice["action"], str)
            assert isinstance(advice["rationale"], str)
    reasoner = response["agent_results"]["CrossArtifactReasoningAgent"]
    # The clients' text report: it raises without these.
    assert reasoner["analysis"][0]["findings"]["description"]
    assert {"summary", "optimization_areas", "constraints"} <= set(reasoner["additional_outputs"])
    assert set(response["agent_results"]) <= set(response["error_messages"])
    return {it["findings"]["code"] for result in response["agent_results"].values() for it in result["analysis"]}


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        ("/v1/analyze", {}, FIRST),
        ("/v1/analyse", {"X-API-Key": "any"}, BODY),
        ("/api/v1/analyse", {"Authorization": "Bearer any"}, BODY),
    ],
    ids=["2025-10", "2025-11", "2026-02"],
)
def test_a_client_that_waits_gets_the_response_itself(server, path, headers, body):
    answer = requests.post(f"{server.url}{path}", json=body, headers=headers, timeout=60)
    assert answer.status_code == 200
    assert "checks.train_test_leakage" in parse(answer.json())


def test_a_client_of_2026_05_polls_a_job(server):
    assert "checks.train_test_leakage" in parse(polled(server, FOURTH))


def polled(server, body: dict) -> dict:
    """The response, as clients of 2026-05 get it."""
    url = f"{server.url}/api/v2/analyse"
    headers = {"Authorization": "Bearer None"}
    answer = requests.post(url, json=body, headers=headers, timeout=60)
    assert answer.status_code in (200, 202)
    job = answer.json()
    assert job["job_id"]
    base = url.split("/v2/analyse")[0]
    deadline = time.monotonic() + 60
    while job["status"] in ("PENDING", "PROCESSING") and time.monotonic() < deadline:
        answer = requests.get(f"{base}/v2/jobs/{job['job_id']}", headers=headers, timeout=60)
        assert answer.status_code == 200
        job = answer.json()
    assert set(job) >= {"job_id", "status", "result", "error", "created_at", "updated_at"}
    assert job["status"] == "COMPLETED"
    return job["result"]


def test_keys_of_each_generation_open_a_server_that_wants_one(locked_server):
    for headers in ({"X-API-Key": locked_server.key}, {"Authorization": f"Bearer {locked_server.key}"}):
        answer = requests.post(f"{locked_server.url}/v1/analyse", json=BODY, headers=headers, timeout=60)
        assert answer.status_code == 200
    refused = requests.post(
        f"{locked_server.url}/v1/analyse", json=BODY, headers={"Authorization": "Bearer None"}, timeout=60
    )
    assert refused.status_code == 401


def test_bare_numbers_that_json_lacks_are_taken(server):
    body = {
        "training_artifacts": {
            "metrics_values": {"epoch": [0, 1], "loss": [1.0, float("nan")], "val_loss": [float("inf"), 1]}
        }
    }
    answer = requests.post(
        f"{server.url}/v1/analyse", data=json.dumps(body), headers={"Content-Type": "application/json"}, timeout=60
    )
    assert answer.status_code == 200
    assert any(it.startswith("training.") for it in parse(answer.json()))


RECORDED = sorted(SHARED.glob("*.json")) if SHARED.is_dir() else []


@pytest.mark.skipif(not RECORDED, reason=f"there are no recorded requests in {SHARED}")
@pytest.mark.parametrize("file", RECORDED, ids=lambda it: it.stem)
def test_a_recorded_request_is_answered_in_every_way(server, file):
    body = json.loads(file.read_text())
    found = []
    for path in ("/v1/analyze", "/v1/analyse", "/api/v1/analyse"):
        answer = requests.post(f"{server.url}{path}", json=body, timeout=60)
        assert answer.status_code == 200
        found.append(parse(answer.json()))
    found.append(parse(polled(server, body)))
    assert all(it == found[0] for it in found)
