"""What the conversation itself says and understands, whatever its tasks.

The words of the roles are the language's (roles.yaml in its folder). A task file may say any of
them in other words: it gives wordings to an act of that name, examples to a request of that name.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """An act that code knows by name, or a request of that name."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    OKAY = "okay"
    """Something was dropped, and the caller may ask for something else."""
    WAIT = "wait"
    HELP = "help"
    ABOUT_ME = "about_me"
    """Who or what the caller is speaking with."""
    OUT_OF_SCOPE = "out_of_scope"
    """Nothing here can do that."""
    REPEAT = "repeat"
    PERSON = "person"
    """The caller goes to a person."""
    NOT_UNDERSTOOD = "not_understood"
    OFFER_PERSON = "offer_person"
    """Still not understood."""
    GIVE_UP = "give_up"
    TOOL_FAILED = "tool_failed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    """Whether a change was made cannot be told."""
    NOT_KNOWN = "not_known"
    """The documents do not say that."""
    CANNOT_SAY = "cannot_say"
    """There is no answer that could be vouched for."""
    NOT_CAUGHT = "not_caught"
    """A value that was asked for was not understood; the question follows."""
    WITHOUT_IT = "without_it"
    """A value that is needed is not known to the caller."""
    LATER = "later"
    """What the caller asks for is taken up behind the open question, which follows."""
    GO_ON = "go_on"
    """Some figures of a number have been said, and more are to come."""
    READ_BACK = "read_back"
    """Repeats a {value} and asks whether it is right."""
    ASK_DIGITS = "ask_digits"
    ASK_NUMBER = "ask_number"
    ASK_AMOUNT = "ask_amount"
    ASK_DATE = "ask_date"
    ASK_TIME = "ask_time"
    ASK_EMAIL = "ask_email"
    ASK_PHONE = "ask_phone"
    ASK_NAME = "ask_name"
    ASK_CHOICE = "ask_choice"
    ASK_TEXT = "ask_text"

    @classmethod
    def asking(cls, kind: str) -> Role:
        """What asks for an argument of a kind that has no question of its own."""
        return cls(f"ask_{kind}")


CHOSEN_BY_MODELS = (
    Role.GREETING, Role.THANKS, Role.GOODBYE, Role.OKAY, Role.WAIT, Role.HELP, Role.ABOUT_ME,
    Role.OUT_OF_SCOPE, Role.REPEAT, Role.PERSON, Role.NOT_UNDERSTOOD,
)  # fmt: skip
"""The other roles are said by code alone."""
ENDS_CALL = frozenset({Role.GOODBYE})
HANDS_OVER = frozenset({Role.PERSON})
OFFERS_PERSON = frozenset(
    {
        Role.ABOUT_ME, Role.OUT_OF_SCOPE, Role.OFFER_PERSON, Role.TOOL_FAILED, Role.NOT_KNOWN,
        Role.WITHOUT_IT,
    }
)  # fmt: skip
"""In the language's words; a task that uses its own says so in `person_if_yes`."""
NO_HELP = frozenset(
    {
        Role.NOT_UNDERSTOOD, Role.OFFER_PERSON, Role.GIVE_UP, Role.TOOL_FAILED, Role.NOT_KNOWN,
        Role.OUTCOME_UNKNOWN, Role.CANNOT_SAY, Role.OUT_OF_SCOPE, Role.NOT_CAUGHT,
        Role.WITHOUT_IT, Role.HELP,
    }
)  # fmt: skip
"""Said to a caller who has got nothing."""
MORE_EXPECTED = frozenset(
    {
        Role.GREETING, Role.NOT_UNDERSTOOD, Role.NOT_CAUGHT, Role.OUT_OF_SCOPE, Role.CANNOT_SAY,
        Role.HELP, Role.OKAY,
    }
)  # fmt: skip
"""Said to words behind which callers mostly go on to say what they want."""
NO_MORE_EXPECTED = frozenset({Role.THANKS, Role.GOODBYE, Role.PERSON, Role.REPEAT, Role.WAIT})
"""Said to words that are all, also where they only tell something: "that's all, bye"."""
SAYS_LITTLE = frozenset(Role) - NO_HELP - {Role.ABOUT_ME}
"""Of these it cannot be said whether the caller was helped."""
PASSING = frozenset(
    {
        Role.GREETING, Role.THANKS, Role.OKAY, Role.WAIT, Role.NOT_UNDERSTOOD, Role.NOT_CAUGHT,
        Role.GO_ON, Role.LATER,
    }
)  # fmt: skip
"""Nobody wants these repeated: who asks wants what was said before them."""
DOCUMENTS = "search_documents"
"""The tool that looks up what no task is for, where there are documents; code itself calls it."""
SLOTS = {Role.REPEAT: "last_answer", Role.READ_BACK: "value"}
"""What code puts into a role's wordings."""
