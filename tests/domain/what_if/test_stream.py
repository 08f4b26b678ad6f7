"""Luck that belongs to a name."""

from statistics import fmean, pvariance

import pytest

from tracker.domain.what_if.stream import Stream


class TestStream:
    def test_is_splitmix(self) -> None:
        """From state 0 the first number of the published SplitMix64 is 0xE220A8397B1DCDAF."""
        stream = Stream()
        assert stream.random() == (0xE220A8397B1DCDAF >> 11) / 2**53
        assert stream.random() == (0x6E789E6AA1B965F4 >> 11) / 2**53

    def test_has_its_own_numbers_for_each_name(self) -> None:
        names = [(seed, patient, stage) for seed in range(10) for patient in range(30) for stage in range(10)]
        drawn = [Stream(*name).random() for name in names]
        assert len(set(drawn)) == len(names)
        assert drawn == [Stream(*name).random() for name in names]
        assert Stream(1, 2).random() != Stream(2, 1).random()

    def test_is_even(self) -> None:
        drawn = [Stream(1, patient).random() for patient in range(4000)]
        assert min(drawn) >= 0 and max(drawn) < 1
        assert fmean(drawn) == pytest.approx(0.5, abs=0.02)
        assert pvariance(drawn) == pytest.approx(1 / 12, abs=0.005)
