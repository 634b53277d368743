"""The service: a queue of sweeps, whoever runs them, and an HTTP API in front."""
