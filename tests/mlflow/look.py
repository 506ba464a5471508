"""What a run has after a diagnosis was written back to it, as JSON; or makes a user who may only read.

    look.py TRACKING_URI RUN_ID
    look.py TRACKING_URI --add-user NAME PASSWORD
"""

import json
import pathlib
import sys
import tempfile

import mlflow
from mlflow import MlflowClient

uri = sys.argv[1]
mlflow.set_tracking_uri(uri)
if sys.argv[2] == "--add-user":
    from mlflow.server import get_app_client

    get_app_client("basic-auth", tracking_uri=uri).create_user(sys.argv[3], sys.argv[4])
    print("{}")
else:
    client = MlflowClient()
    run = client.get_run(sys.argv[2])
    page = None
    if any(it.path == "deepfix" for it in client.list_artifacts(run.info.run_id)):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(client.download_artifacts(run.info.run_id, "deepfix/report.html", folder)).read_text()
    print(json.dumps({"tags": run.data.tags, "page": page, "metrics": sorted(run.data.metrics)}))
