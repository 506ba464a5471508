-- DeepFix has a database of its own; this one is MLflow's.
CREATE DATABASE mlflow;
