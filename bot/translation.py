"""Command names and descriptions in Danish, from the catalogue."""

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.texts import texts


def said(key: str) -> locale_str:
    """The English text under a key, which Discord shows in Danish to a Danish client."""
    return locale_str(texts("en")(key), key=key)


class CatalogueTranslator(app_commands.Translator):
    """Looks up what `said` marked."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The Danish text; None leaves the English one."""
        key = string.extras.get("key")
        if locale is not discord.Locale.danish or not isinstance(key, str):
            return None
        return texts("da")(key)
