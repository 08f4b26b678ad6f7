"""The board: counts, the ten oldest of each lane, what is over its target, and a table that misses nobody."""

from datetime import timedelta

import pytest

from tests.factories.listed import Listed
from tests.factories.rows import a_member
from tracker.domain.access import Actor
from tracker.persistence.models import Clinic, Payer
from tracker.queries.board import (
    CARDS_IN_LANE,
    NOBODY,
    ROWS_ON_PAGE,
    BoardFilter,
    Lane,
    cards_in_lane,
    count_cards,
    list_cards,
    list_choices,
    list_lanes,
)

STAGES = ("referred", "trial_booked", "evaluating")


def lanes(listed: Listed, viewer: Actor, **wanted: object) -> dict[str, Lane]:
    """The lanes by stage."""
    found = list_lanes(listed.session, viewer, STAGES, BoardFilter(**wanted), listed.today)
    return {lane.stage: lane for lane in found}


class TestLanes:
    def test_stand_in_the_order_asked_for_even_when_empty(self, listed: Listed, viewer: Actor) -> None:
        assert list(lanes(listed, viewer)) == list(STAGES)
        assert {lane.count for lane in lanes(listed, viewer).values()} == {0}

    def test_show_the_ten_oldest_and_count_all(self, listed: Listed, viewer: Actor) -> None:
        for days in range(14):
            listed.case(listed.patient(f"Patient {days:02d}"), "referred", days=days)
        lane = lanes(listed, viewer)["referred"]
        assert lane.count == 14
        assert [card.patient.family_name for card in lane.cards] == [f"Patient {n:02d}" for n in range(13, 3, -1)]
        assert len(lane.cards) == CARDS_IN_LANE

    def test_know_the_middle_and_who_is_over_target(self, listed: Listed, viewer: Actor) -> None:
        for days in (1, 2, 3, 4, 9):  # the target of this stage is three days
            listed.case(listed.patient("P"), "referred", days=days)
        lane = lanes(listed, viewer)["referred"]
        assert lane.middle_entered_at == listed.now - timedelta(days=3)
        assert lane.over_target == 2

    def test_leave_out_what_is_closed(self, listed: Listed, viewer: Actor) -> None:
        listed.case(listed.patient("P"), "declined")
        assert sum(lane.count for lane in lanes(listed, viewer).values()) == 0

    def test_show_nothing_of_another_clinic(self, listed: Listed, elsewhere: Listed, viewer: Actor) -> None:
        elsewhere.case(elsewhere.patient("P"), "referred", days=9, is_ready=True)
        for wanted in ({}, {"is_ready": True}, {"owner_user_id": NOBODY}):
            lane = lanes(listed, viewer, **wanted)["referred"]
            assert (lane.count, lane.over_target, lane.cards, lane.middle_entered_at) == (0, 0, (), None)


class TestFilters:
    def test_count_who_only_waits_for_the_day_as_ready(self, listed: Listed, viewer: Actor) -> None:
        waits = listed.case(listed.patient("Booked"), first_blocker="not_arrived", blocker_count=1)
        lacks = listed.case(listed.patient("Lacking"), first_blocker="consent_missing", blocker_count=1)
        for is_ready, expected in ((True, waits), (False, lacks)):
            rows = list_cards(listed.session, viewer, BoardFilter(is_ready=is_ready)).cards
            assert [card.public_id for card in rows] == [expected.public_id]

    def test_narrow_cards_and_counts_alike(self, listed: Listed, viewer: Actor) -> None:
        listed.session.add(Payer(clinic_id=1, id=70, name="Medicare", name_key="medicare", version=1))
        listed.session.flush()
        mine = listed.case(listed.patient("Mine"), owner_user_id=viewer.user_id, days=9)
        paid = listed.case(listed.patient("Paid"), payer_id=70, is_ready=True)
        for wanted, expected in (
            ({"owner_user_id": viewer.user_id}, mine),
            ({"owner_user_id": NOBODY}, paid),
            ({"payer_id": 70}, paid),
            ({"is_ready": True}, paid),
            ({"is_ready": False}, mine),
            ({"owner_user_id": NOBODY, "payer_id": 70, "is_ready": True}, paid),
        ):
            lane = lanes(listed, viewer, **wanted)["referred"]
            assert [card.public_id for card in lane.cards] == [expected.public_id], wanted
            assert lane.count == 1
            assert lane.over_target == (expected is mine)
            rows = list_cards(listed.session, viewer, BoardFilter(**wanted)).cards
            assert [card.public_id for card in rows] == [expected.public_id]
            assert count_cards(listed.session, viewer, BoardFilter(**wanted)) == 1

    def test_offer_people_and_payers_of_this_clinic_only(self, listed: Listed, viewer: Actor) -> None:
        a_member(listed.session, listed.session.get(Clinic, 1), 7)
        for clinic_id in (1, 2):
            payer = Payer(clinic_id=clinic_id, id=70, name=f"Payer {clinic_id}", name_key="payer", version=1)
            listed.session.add(payer)
        listed.session.flush()
        choices = list_choices(listed.session, viewer)
        assert [each.label for each in choices.owners] == ["User 1", "User 7"]
        assert [each.label for each in choices.payers] == ["Payer 1"]


class TestTable:
    def test_shows_everybody_once_over_all_pages(self, listed: Listed, viewer: Actor) -> None:
        made = [listed.case(listed.patient("P"), days=number % 3).public_id for number in range(2 * ROWS_ON_PAGE + 5)]
        seen, after = [], None
        while True:
            page = list_cards(listed.session, viewer, BoardFilter(), after)
            seen += [card.public_id for card in page.cards]
            after = page.next
            if after is None:
                break
        assert sorted(seen) == sorted(made)

    def test_puts_the_longest_in_their_stage_first(self, listed: Listed, viewer: Actor) -> None:
        for days in (3, 9, 5):
            listed.case(listed.patient("P"), "evaluating", days=days)
        found = list_cards(listed.session, viewer, BoardFilter(stage="evaluating")).cards
        assert [(listed.now - card.entered_at).days for card in found] == [9, 5, 3]


class TestCardsInLane:
    @pytest.mark.parametrize(
        ("counts", "most"), [([], 10), ([400], 10), ([10] * 10, 10), ([10] * 11, 3), ([3] * 20 + [900], 10)]
    )
    def test_are_fewer_where_the_board_would_grow_too_long(self, counts: list[int], most: int) -> None:
        assert cards_in_lane(counts) == most
