"""Each test draws its own numbers: what it sees does not depend on the tests before it, nor on how they are spread over processes."""

from __future__ import annotations

import zlib

import pytest

from . import op_samples


@pytest.fixture(autouse=True)
def numbers_of_its_own(request: pytest.FixtureRequest) -> None:
    op_samples.RNG.bit_generator.state = type(op_samples.RNG.bit_generator)(zlib.crc32(request.node.name.encode())).state
