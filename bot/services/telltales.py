"""What gives an asker away in his own text, found before it is published. Nothing of it is kept."""

import asyncio
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.identity import Identity
from db.engine import Database
from db.repositories import answers, questions

_MENTION = re.compile(r"<@[!&]?\d{1,20}>|(?<!\w)@(?:…|\w[\w.]{0,30}\w)")
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?\n]+")
_NAME_MIN_LETTERS = 3
_SENTENCE_MIN = 40
# Of his own questions: a shorter one that comes again under another alias ties the two together.
_OWN_SENTENCE_MIN = 25
# Danish letters that Unicode does not take apart.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "đ": "d", "ł": "l", "ð": "d", "þ": "th"})
# Parts of names that are everyday words would warn at every other text.
_EVERYDAY = frozenset(
    _WORD.findall(
        "den det der jeg mig min mit dig din dit han ham hun hans her hej hvad hvor ikke kan med men mod nej "
        "ogsa okay ork rigtig ret sej skal som til ven vil vild you your the and not one boy bro man king "
        "real just drengen dreng manden mand fyren fyr gut kid lil big"
    )
)


class TelltaleKind(StrEnum):
    """What kind of thing it is."""

    MENTION = "mention"
    NAME = "name"
    PLAYER_NAME = "player_name"
    SENTENCE = "sentence"
    QUESTION = "question"


@dataclass(frozen=True)
class Telltale:
    """Something in a text that gives its writer away, as he wrote it."""

    kind: TelltaleKind
    found: str


class TelltaleService:
    """Reads a text as somebody who knows the writer would."""

    def __init__(self, database: Database, identity: Identity) -> None:
        self._database = database
        self._identity = identity

    async def look(
        self, guild_id: int, user_id: int, text: str, names: Iterable[str], own_question: str | None = None
    ) -> list[Telltale]:
        """What gives this member away; ``names`` is what Discord calls him. Nothing is stored.

        ``own_question`` is the token of the question that the text belongs to: his words there tell nothing.
        """
        async with self._database.read() as session:
            key = self._identity.member_key(guild_id, user_id)
            player = await answers.player(session, guild_id, key)
            own: Sequence[str] = await answers.texts_of(session, player.id) if player else ()
            asked = await self._asked(session, guild_id, user_id, own_question)
        return spot(text, names, player.name if player else None, own, asked)

    async def _asked(
        self, session: AsyncSession, guild_id: int, user_id: int, own_question: str | None
    ) -> list[str]:
        """What he has published as an asker, in other questions; nobody else's is opened or read."""
        seals = await questions.seen_seals(session, guild_id)
        mine = await asyncio.to_thread(self._identity.mine, seals, user_id)
        this = await questions.by_token(session, own_question) if own_question else None
        found = await questions.by_tokens(session, mine - {this.token if this else ""})
        follow_ups = await questions.follow_ups(session, [question.id for question in found])
        return [*(f"{question.title}\n{question.body}" for question in found), *follow_ups]


def spot(
    text: str,
    names: Iterable[str],
    player_name: str | None,
    own_answers: Iterable[str],
    own_questions: Iterable[str] = (),
) -> list[Telltale]:
    """Mentions, the writer's names, and sentences that he has published before; each once."""
    words = _words(text)
    found = [Telltale(TelltaleKind.MENTION, match) for match in _MENTION.findall(text)]
    found += [
        Telltale(TelltaleKind.NAME, part)
        for name in names
        for part in [name, *_parts(name)]
        if _stands_in(words, part)
    ]
    if player_name and _stands_in(words, player_name):
        found.append(Telltale(TelltaleKind.PLAYER_NAME, player_name))
    published = {key for answer in own_answers for key, _ in _sentences(answer)}
    found += [
        Telltale(TelltaleKind.SENTENCE, sentence) for key, sentence in _sentences(text) if key in published
    ]
    asked = {key for question in own_questions for key, _ in _sentences(question, _OWN_SENTENCE_MIN)}
    found += [
        Telltale(TelltaleKind.QUESTION, sentence)
        for key, sentence in _sentences(text, _OWN_SENTENCE_MIN)
        if key in asked
    ]
    unique: dict[tuple[TelltaleKind, str], Telltale] = {}
    for telltale in found:
        unique.setdefault((telltale.kind, " ".join(_words(telltale.found))), telltale)
    return list(unique.values())


def _plain(text: str) -> str:
    """Without case and accents."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS)).translate(_LETTERS)
    return "".join(char for char in folded if not unicodedata.combining(char))


def _words(text: str) -> list[str]:
    return _WORD.findall(_plain(text))


def _parts(name: str) -> list[str]:
    """What of a name could be recognised by itself: ``jonas_2009`` is Jonas, ``Kalle Kanin`` Kalle."""
    parts = re.findall(r"[^\W\d_]+", name)
    return [part for part in parts if _plain(part) not in _EVERYDAY]


def _stands_in(words: Sequence[str], name: str) -> bool:
    """Whether a name stands among the words, also with the s of the genitive."""
    wanted = _words(name)
    if sum(char.isalpha() for word in wanted for char in word) < _NAME_MIN_LETTERS:
        return False
    endings = (wanted, [*wanted[:-1], wanted[-1] + "s"])
    return any(
        list(words[start : start + len(wanted)]) in endings for start in range(len(words) - len(wanted) + 1)
    )


def _sentences(text: str, shortest: int = _SENTENCE_MIN) -> Iterable[tuple[str, str]]:
    """Each sentence that is long enough to be nobody else's, with what it is compared by."""
    for sentence in _SENTENCE_END.split(text):
        if len(sentence.strip()) >= shortest:
            yield " ".join(_words(sentence)), sentence.strip()
