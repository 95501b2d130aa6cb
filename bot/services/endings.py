"""How a question and a call for a coach end, and when: from there runs the clock that forgets who asked."""

from datetime import datetime

from bot.clock import to_the_hour
from db.models import Question, QuestionState, Summon, SummonState


def end(question: Question, state: QuestionState, now: datetime) -> None:
    """A question ends. One that had ended already, in another way, keeps its first ending."""
    question.state = state
    if question.closed_at is None:
        question.closed_at = to_the_hour(now)


def move_call(summon: Summon, question: Question, state: SummonState, now: datetime) -> None:
    """A call for a coach is decided, or its line ends.

    A solved question that a coach was called onto again ends when the call does.
    """
    moment = to_the_hour(now)
    if state is SummonState.CLOSED:
        summon.closed_at = moment
    else:
        summon.decided_at = moment
    summon.state = state
    if state is not SummonState.ACCEPTED and question.state is QuestionState.SOLVED:
        end(question, QuestionState.SOLVED, now)
