"""What the reconciler compares, one module per kind of row. Each returns the statements that remove the difference."""
