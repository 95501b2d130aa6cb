"""Stories that play themselves: each step is done by a person, and what everyone saw is printed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from simcord import ChannelHandle, InteractionResult

from bot.play.driver import StepError, is_private, text_of, unexpected
from bot.play.world import World


@dataclass
class Report:
    """Prints the steps and keeps what was expected and did not happen."""

    world: World
    steps: int = 0
    failures: list[str] = field(default_factory=list[str])

    def step(self, title: str) -> None:
        """Begin a step."""
        self.steps += 1
        print(f"\n{self.steps}. {title}")

    def told(self, name: str, result: InteractionResult) -> str:
        """Print what the bot told one person alone, and return it."""
        text = text_of(result)
        self._print(f"{name} is told, privately", text)
        self.expect(is_private(result), f"what {name} is told is private")
        return text

    def sees(self, name: str, thread: ChannelHandle) -> str:
        """Print a thread as one person sees it, and return it; empty where he cannot see it."""
        text = self.world.driver(name).read(thread)
        self._print(f"{name} sees in “{thread.name}”", text or "(he has no way in)")
        return text

    def expect(self, holds: bool, what: str) -> None:
        """Check something that must hold after this step."""
        if not holds:
            self.failures.append(f"step {self.steps}: not so: {what}")
            print(f"   FAILED: {what}")

    def _print(self, heading: str, text: str) -> None:
        print(f"   {heading}:")
        for line in text.splitlines() or ["(nothing)"]:
            print(f"      {line}")


@dataclass(frozen=True)
class Tour:
    """A story with a name."""

    about: str
    play: Callable[[Report], Awaitable[None]]

    async def run(self, world: World) -> int:
        """Play it. Returns 0, or 1 when a step failed or the bot raised an error."""
        report = Report(world)
        try:
            await self.play(report)
        except (StepError, LookupError) as error:
            report.failures.append(f"step {report.steps}: {error}")
        report.failures += [f"the bot raised {error!r}" for error in unexpected(world.env.errors)]
        if report.failures:
            print("\nThe tour failed:")
            for failure in report.failures:
                print(f"  {failure}")
            return 1
        print(f"\nAll {report.steps} steps went as they should.")
        return 0
