"""The one durable record of every sweep: a SQL database; MLflow is a view of it."""
