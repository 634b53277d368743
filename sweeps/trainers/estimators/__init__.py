"""The user's scikit-learn estimators, Pipelines and SciKeras wrappers."""
