"""`python -m bot keys rotate`: re-seal everything, and say what may be thrown away."""

from collections.abc import Callable, Mapping

from bot import config, offline
from bot.services import key_check
from bot.services.identity import Identity
from bot.services.rotation import Outcome, Progress, rotate

Say = Callable[[str], None]


async def rotate_keys(environment: Mapping[str, str], say: Say) -> bool:
    """Whether everything is under the current key now.

    Raises ConfigError, and StartError as `bot.offline.opened` or when the database was made with another
    member key.
    """
    identity = Identity(config.load_keys(environment))
    async with offline.opened(environment) as database:
        await key_check.confirm(database, identity)
        say("Every running bot must have been restarted with the new key first in MITASSIST_SEAL_KEYS.")
        outcome = await rotate(database, identity, lambda progress: say(_progress(progress)))
    for line in _conclusion(outcome):
        say(line)
    return outcome.left == 0


def _progress(progress: Progress) -> str:
    return f"{progress.column}: {progress.done} of {progress.total}"


def _conclusion(outcome: Outcome) -> list[str]:
    said = [f"{outcome.resealed} seals were made anew."]
    if outcome.unreadable:
        said.append(
            f"{outcome.unreadable} cannot be opened with these keys and were left as they are: "
            "they were damaged or changed by hand."
        )
    if outcome.left > outcome.unreadable:
        said.append(f"{outcome.left - outcome.unreadable} were being changed meanwhile: run it again.")
    if outcome.left == 0:
        said += [
            "Nothing is left under an older key: leave only the first in MITASSIST_SEAL_KEYS, and restart.",
            "Backups made before now still need the older keys; throw both away together.",
        ]
    said.append("MITASSIST_MEMBER_KEY stays: what is found by it cannot be found by another.")
    return said
