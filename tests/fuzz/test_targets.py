"""What is fuzzed for hours by `make fuzz` holds for its seeds and for some random inputs, too."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FUZZ = Path(__file__).parents[2] / "fuzz"
_spec = importlib.util.spec_from_file_location("fuzz_targets", FUZZ / "targets.py")
assert _spec is not None
assert _spec.loader is not None
targets = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = targets
_spec.loader.exec_module(targets)


def seeds() -> list[tuple[str, bytes]]:
    return [(path.parent.name, path.read_bytes()) for path in sorted(FUZZ.glob("seeds/*/*"))]


def test_every_target_has_seeds_and_every_seed_has_a_target() -> None:
    assert {name for name, _ in seeds()} == set(targets.TARGETS)


@pytest.mark.parametrize(("name", "seed"), seeds())
def test_a_seed_is_read(name: str, seed: bytes) -> None:
    targets.TARGETS[name](seed)


@pytest.mark.parametrize("name", targets.TARGETS)
def test_any_cut_of_a_seed_with_any_bytes_in_it_is_read(name: str) -> None:
    own = [seed for target, seed in seeds() if target == name]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.sampled_from(own), st.binary(max_size=12), st.floats(0, 1), st.floats(0, 1))
    def holds(seed: bytes, inserted: bytes, start: float, end: float) -> None:
        first, last = int(start * len(seed)), int(end * len(seed))
        targets.TARGETS[name](seed[:first] + inserted + seed[last:])

    holds()
