"""Benchmarks: one module each, with `main(args: list[str]) -> None`. `scripts/bench` names them."""
