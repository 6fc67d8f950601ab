"""What the call itself says in a language; answers come from the response step."""

from __future__ import annotations

from collections.abc import Sequence

from voice.languages.table import Table


class Phrases(Table):
    """Whole sentences, as they are written; every language has all of them."""

    greeting: str
    """Unless the operator has one of their own; says that an assistant speaks."""
    still_there: tuple[str, ...]
    """To a caller who is silent, one after the other."""
    recorded: str
    """Said in the greeting, before the question that ends it."""
    nobody_there: str
    one_moment: str
    still_at_it: str
    take_your_time: str
    """To a caller who asks to be waited for."""
    too_long: str
    """To a caller who speaks and speaks: why they are interrupted, and that a pause is needed."""
    time_runs_out: str
    time_is_up: str
    ask_customer_number: str
    ask_pin: str
    number_understood: str
    """Reads a {number} back."""
    digits_go_on: str
    """Some digits have been said, and more are to come."""
    customer_number_again: str
    pin_again: str
    person_key: str
    """By which keys a person can be had while digits are asked for."""
    first_this: str
    """What else the caller asks for comes behind the question that follows."""
    without_it: str
    """To a caller who cannot say who they are, where no person can be had."""
    wrong_pin: str
    verified: str
    not_verified: str
    cannot_reach: str
    anything_else: str
    hand_over: str
    no_person: str
    transfer_failed: str
    not_in_this_language: str
    """To a caller who speaks this language, where requests are not answered in it."""
    not_your_language: str
    """To a caller who speaks another language."""
    offer_person: str
    apology: str
    goodbye: str

    @property
    def fixed(self) -> Sequence[str]:
        """All but the greeting, and what has a number in it: what is synthesised ahead."""
        told = self.model_dump(exclude={"greeting", "still_there", "number_understood"})
        return (*self.still_there, *told.values())
