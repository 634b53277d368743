"""The MLflow server beside a service, and who may look at it."""
