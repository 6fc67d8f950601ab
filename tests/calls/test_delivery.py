"""How quick and how loud the assistant speaks, as the caller wants it."""

from __future__ import annotations

from voice.calls.delivery import Delivery
from voice.languages import Remark


def test_each_wish_is_a_step_and_there_is_a_last_one() -> None:
    delivery = Delivery()
    paces, lifts = [], []
    for _ in range(4):
        delivery.adapt({Remark.SLOWER, Remark.LOUDER})
        paces.append(delivery.pace)
        lifts.append(delivery.lift_db)
    assert paces == [1.25, 1.5, 1.5, 1.5] and lifts == [6.0, 12.0, 12.0, 12.0]


def test_it_goes_back_and_beyond() -> None:
    delivery = Delivery()
    for _ in range(3):
        delivery.adapt({Remark.FASTER})
        delivery.adapt({Remark.SOFTER})
    assert (delivery.pace, delivery.lift_db) == (0.8, -6.0)
    delivery.adapt({Remark.SLOWER, Remark.LOUDER})
    assert (delivery.pace, delivery.lift_db) == (1.0, 0.0)


def test_other_remarks_change_nothing() -> None:
    delivery = Delivery()
    delivery.adapt({Remark.REPEAT, Remark.UNABLE})
    assert (delivery.pace, delivery.lift_db) == (1.0, 0.0)
