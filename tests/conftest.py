"""Settings of the tests: a disk cache of their own, threads of BLAS held at one, Hypothesis' profiles."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

settings.register_profile("ci", deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
settings.register_profile("long", deadline=None, max_examples=2000, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("DIFFLANG_PROFILE", "ci"))


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees what an earlier session compiled."""
    os.environ["DIFFLANG_CACHE"] = str(tmp_path_factory.mktemp("cache"))
