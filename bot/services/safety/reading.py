"""One text: what is said in it, for the rules and for the model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.services.safety.features import in_order, of_rules
from bot.services.safety.model import Finding, PersonalData
from bot.services.safety.normalise import pieces
from bot.services.safety.risk import findings
from bot.services.safety.terms import END, Term, Terms, Vocabulary

# Words of a text that shorter ones are taken to have: else the model would make too much of three words.
_FEWEST = 6
# Words and marks from which on a passage ends with its sentence.
_PASSAGE = 25


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences as the model judges them: in a long story one grave sentence would be lost."""

    said: list[Term]
    terms: set[Term]

    def places(self, found: Sequence[Finding]) -> list[int]:
        """All features in the table of weights."""
        return [
            *(place for term in self.terms for place in term.places),
            *in_order(self.said),
            *of_rules(found),
        ]

    def share(self) -> float:
        """How much each feature counts."""
        return max(len(self.said) - self.said.count(END), _FEWEST) ** -0.5

    def score(self, rules: Sequence[int], table: Sequence[int]) -> tuple[int, int, float]:
        """The sum of the features' weights, how many they are, and how much each counts."""
        ordered = [*in_order(self.said), *rules]
        total = sum(map(table.__getitem__, ordered)) + sum([term.score for term in self.terms])
        return total, len(ordered) + sum([term.count for term in self.terms]), self.share()

    def grave(self) -> bool:
        """Whether there is a word of a theme that may mean danger."""
        return any(term.grave for term in self.terms)


class Text:
    """The words of a text, looked up."""

    def __init__(self, text: str, personal: Sequence[PersonalData], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        terms = Terms(vocabulary)
        self._all: list[Term] = []
        self._said: list[Term] = []
        place = 0
        for data in sorted(personal, key=lambda data: data.start):
            between = [terms[piece] for piece in pieces(text[place : data.start])]
            self._said += [*between, vocabulary.data[data.kind]]
            place = max(place, data.end)
            self._all += [*between, *[terms[piece] for piece in pieces(text[data.start : place])]]
        rest = list(map(terms.__getitem__, pieces(text[place:])))
        self._all += rest
        self._said += rest

    def findings(self) -> list[Finding]:
        """The rules that hold."""
        return findings([part for term in self._all for part in term.parts], self._vocabulary.book)

    def whole(self) -> Passage:
        """All of it as one passage, as the model learns it."""
        return Passage(self._said, set(self._said))

    def passages(self) -> Iterator[Passage]:
        """The text sentence by sentence, short ones together."""
        first = 0
        for place, term in enumerate(self._said, start=1):
            if (term is END and place - first >= _PASSAGE) or place == len(self._said):
                said = self._said[first:place]
                yield Passage(said, set(said))
                first = place
