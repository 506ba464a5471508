"""Runs `mlflow server` until standard input ends: whatever becomes of the test, the server goes.

    serve.py FOLDER [--auth]
"""

import os
import shutil
import signal
import subprocess
import sys

folder = sys.argv[1]
environment = dict(os.environ, MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
command = [
    sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", "0", "--workers", "1",
    "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/mlartifacts",
]
if "--auth" in sys.argv:
    settings = os.path.join(folder, "auth.ini")
    with open(settings, "w") as file:
        file.write(
            "[mlflow]\ndefault_permission = READ\n"
            f"database_uri = sqlite:///{folder}/auth.db\n"
            "admin_username = admin\nadmin_password = correct-horse-battery\n"
            "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
        )
    environment.update(MLFLOW_AUTH_CONFIG_PATH=settings, MLFLOW_FLASK_SERVER_SECRET_KEY="only-for-this-test")
    command += ["--app-name", "basic-auth"]
server = subprocess.Popen(
    command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stdout, stderr=subprocess.STDOUT,
    start_new_session=True,
)
sys.stdin.read()
os.killpg(server.pid, signal.SIGKILL)
server.wait()
# Who started it may be gone already, and its folder with nobody.
shutil.rmtree(folder, ignore_errors=True)
