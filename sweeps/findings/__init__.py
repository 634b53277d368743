"""What a sweep says about its space: what mattered, and what ought to be changed."""
