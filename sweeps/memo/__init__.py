"""The memo: what was trained before, in any sweep of the store, is not trained again."""
