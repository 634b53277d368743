"""How fast sweeps are, beside the tools that people use now: `python -m tests.benchmarks`."""
