"""The rehearsal's page in a real browser, over a toy bot."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any, cast

import aiohttp
import discord
import pytest
from playwright.async_api import Page, expect
from pytest_asyncio import fixture

from bot.play import journal, simulator, web
from tests.browser.half import Half, quoted
from tests.browser.toybot import XSS, Panel, Scene

#: All in one event loop, that of the browser, which is slow to start.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@fixture(loop_scope="module")
async def boy(page: Page, toy: Scene) -> Half:
    """Mikkel on the left, in the talk channel."""
    half = await Half(page, "left").play(toy.people["mikkel"].id)
    return await half.open("snak")


@fixture(loop_scope="module")
async def coach(page: Page, toy: Scene, boy: Half) -> Half:
    """Henrik on the right, in the talk channel."""
    half = await Half(page, "right").play(toy.people["henrik"].id)
    return await half.open("snak")


async def choose(page: Page, *values: str) -> None:
    """Choose in the open select menu."""
    for value in values:
        await page.locator(f"[data-testid=select-option][data-value={quoted(value)}]").click()


async def test_the_page_says_that_it_is_a_rehearsal(page: Page) -> None:
    await expect(page.get_by_test_id("banner")).to_contain_text("Øveserver")
    await expect(page.get_by_test_id("banner")).to_contain_text("rigtige mennesker")
    await expect(page.get_by_test_id("connection")).to_have_text("Kører")


async def test_what_one_writes_the_other_sees(boy: Half, coach: Half) -> None:
    await boy.write(f"Hej **Henrik** {XSS}")
    seen = coach.message("Hej Henrik")
    await expect(seen).to_contain_text(XSS)
    await expect(seen.locator("strong")).to_have_text("Henrik")
    await expect(boy.get("composer")).to_have_value("")


async def test_everyone_sees_only_his_own_channels(page: Page, toy: Scene, boy: Half, coach: Half) -> None:
    await expect(boy.get("channel", name="moderatorer")).to_have_count(0)
    await expect(boy.get("channel", name=f"Linje 7 {XSS}")).to_have_count(0)
    await coach.get("channel", name=f"Linje 7 {XSS}").click()
    await expect(coach.message("Kun coachen")).to_be_visible()
    await expect(coach.get("thread-members")).to_contain_text("Henrik")
    await coach.play(toy.people["sofie"].id)
    await expect(coach.get("channel", name="moderatorer")).to_be_visible()


async def test_choosing_who_is_in_the_other_half_swaps_them(toy: Scene, boy: Half, coach: Half) -> None:
    await boy.play(toy.people["henrik"].id)
    await expect(coach.get("person-select")).to_have_value(str(toy.people["mikkel"].id))
    await expect(boy.get("person-select")).to_have_value(str(toy.people["henrik"].id))


async def test_a_command_with_options_and_suggestions(page: Page, boy: Half, coach: Half) -> None:
    await boy.command("emne")
    topic = boy.get("command-field", name="emne").locator("input")
    await boy.get("command-run").click()
    await expect(topic).to_be_focused()
    await topic.fill("sko")
    await boy.get("suggestion", value="skole").click()
    await expect(topic).to_have_value("Skole")
    await boy.get("command-field", name="antal").locator("input").fill("7")
    await boy.get("command-run").click()
    answer = boy.message("7 spørgsmål om skole")
    await expect(answer).to_contain_text("Kun du kan se denne")
    await expect(answer.get_by_test_id("invoked")).to_contain_text("Mikkel brugte /emne")
    await expect(coach.message("7 spørgsmål om skole")).to_have_count(0)
    await answer.get_by_test_id("dismiss").click()
    await expect(boy.message("7 spørgsmål om skole")).to_have_count(0)


async def test_a_public_answer_tells_everyone_who_asked(boy: Half, coach: Half) -> None:
    await boy.command("emne")
    await boy.get("command-field", name="emne").locator("input").fill("familie")
    await boy.get("command-field", name="privat").locator("select").select_option("false")
    await boy.get("command-run").click()
    seen = coach.message("3 spørgsmål om familie")
    await expect(seen.get_by_test_id("invoked")).to_contain_text("Mikkel brugte /emne")
    await expect(seen).to_contain_text("APP")


async def test_the_keyboard_picks_commands(boy: Half) -> None:
    composer = boy.get("composer")
    await composer.fill("/pan")
    await composer.press("Enter")
    await expect(boy.get("command-form")).to_contain_text("/panel")
    await boy.page.keyboard.press("Escape")
    await expect(boy.get("command-form")).to_have_count(0)
    await expect(composer).to_be_focused()


async def test_a_form_with_every_kind_of_field(page: Page, boy: Half) -> None:
    await boy.run("panel")
    await boy.button("p:answer").click()
    headline = boy.field("headline").locator("input")
    await expect(headline).to_be_focused()
    await expect(headline).to_have_attribute("placeholder", "Kort og klart")
    await expect(boy.field("body").locator("textarea")).to_have_value("Hej, ")
    await boy.get("modal-submit").click()
    await expect(boy.field("headline")).to_contain_text("skal udfyldes")
    await headline.fill("Ja")
    await boy.get("modal-submit").click()
    await expect(boy.field("headline")).to_contain_text("mindst 3 tegn")
    await headline.fill("Min far")
    await boy.field("topic").get_by_test_id("select").click()
    await choose(page, "xss")
    await boy.field("urgency").get_by_label("Ja").check()
    await boy.field("extras").get_by_label("Jeg vil have en coach").check()
    await boy.get("modal-submit").click()
    received = boy.message("Modtaget:")
    await expect(received).to_contain_text("headline=Min far; body=Hej, ; topic=['xss']")
    await expect(received).to_contain_text("urgency=yes; extras=['coach']")
    await expect(boy.get("modal")).to_have_count(0)


async def test_a_form_with_people_and_places(page: Page, toy: Scene, boy: Half) -> None:
    await boy.run("panel")
    await boy.button("p:people").click()
    await expect(boy.get("modal")).to_contain_text(XSS)
    henrik, channel = str(toy.people["henrik"].id), str(toy.channels["snak"])
    await boy.field("coach").get_by_test_id("select").click()
    await choose(page, henrik)
    await boy.field("place").get_by_test_id("select").click()
    await choose(page, channel)
    await boy.field("sure").get_by_role("checkbox").check()
    await boy.get("modal-submit").click()
    await expect(boy.message("Modtaget:")).to_contain_text(
        f"coach=['{henrik}']; role=[]; place=['{channel}']; sure=True"
    )


async def test_escape_closes_a_form(boy: Half) -> None:
    await boy.run("panel")
    await boy.button("p:answer").click()
    await expect(boy.get("modal")).to_be_visible()
    await boy.page.keyboard.press("Escape")
    await expect(boy.get("modal")).to_have_count(0)
    await boy.button("p:answer").click()
    await expect(boy.get("modal")).to_be_visible()


async def test_nothing_half_written_is_lost_when_the_page_updates(toy: Scene, boy: Half, coach: Half) -> None:
    await coach.get("composer").fill("halvt skrevet")
    await boy.run("panel")
    await boy.button("p:answer").click()
    await boy.field("headline").locator("input").fill("Også halvt")
    await toy.channel("snak").send("Noget nyt fra botten")
    await expect(coach.message("Noget nyt fra botten")).to_be_visible()
    await expect(coach.get("composer")).to_have_value("halvt skrevet")
    await expect(boy.field("headline").locator("input")).to_have_value("Også halvt")
    await coach.open("velkommen")
    await expect(coach.get("composer")).to_have_value("")
    await coach.open("snak")
    await expect(coach.get("composer")).to_have_value("halvt skrevet")


async def test_buttons_answer_privately(boy: Half, coach: Half) -> None:
    await boy.run("panel")
    await expect(coach.message("Hvad vil du?")).to_be_visible()
    await expect(boy.button("p:off")).to_be_disabled()
    await boy.button("p:private").click()
    await expect(boy.message("Hemmeligt svar")).to_contain_text(XSS)
    await expect(coach.message("Hemmeligt svar")).to_have_count(0)


async def test_selects_of_texts_and_of_people(page: Page, toy: Scene, boy: Half) -> None:
    await boy.run("panel")
    await boy.get("select", custom_id="p:topics").click()
    await choose(page, "skole", "xss")
    await page.get_by_test_id("select-confirm").click()
    await expect(boy.message("Valgt: skole, xss")).to_be_visible()
    await boy.get("select", custom_id="p:coach").click()
    await choose(page, str(toy.people["henrik"].id))
    await expect(boy.message("Coach: @Henrik")).to_be_visible()


async def test_forum_posts_with_tags_and_states(boy: Half) -> None:
    await boy.open("spørgsmål")
    post = boy.get("forum-post").filter(has_text="Min kæreste")
    await expect(post.get_by_test_id("tag")).to_have_text(["❓Ubesvaret", "❤️Kærester"])
    await expect(boy.get("forum-post").filter(has_text=XSS)).to_have_count(1)
    await expect(boy.get("forum-post", locked="true")).to_contain_text("Min far drikker igen")
    await boy.get("tag-filter", name="Kærester").click()
    await expect(boy.get("forum-post")).to_have_count(1)
    await post.click()
    await expect(boy.get("content")).to_contain_text("Vi har været sammen")
    await boy.write("Tal med hende")
    await expect(boy.message("Tal med hende")).to_be_visible()
    await boy.get("back").click()
    await expect(boy.get("forum-post").filter(has_text="Min kæreste")).to_be_visible()


async def test_a_locked_thread_says_so(boy: Half) -> None:
    await boy.open("spørgsmål")
    await boy.get("forum-post", locked="true").click()
    await expect(boy.get("locked")).to_be_visible()
    await expect(boy.get("archived")).to_be_visible()
    await expect(boy.get("notice")).to_contain_text("låst")
    await boy.write("må jeg?")
    await expect(boy.message("må jeg?")).to_have_count(0)


async def test_a_member_opens_a_post(boy: Half, coach: Half) -> None:
    await boy.open("spørgsmål")
    await coach.open("spørgsmål")
    await boy.get("new-post").click()
    await boy.get("modal-submit").click()
    await expect(boy.get("modal-error")).to_contain_text("titel og tekst")
    await boy.get("post-title").fill(f"Titel {XSS}")
    await boy.get("post-text").fill("Tekst")
    await boy.get("post-form").get_by_text("Ubesvaret").click()
    await boy.get("modal-submit").click()
    await expect(coach.get("forum-post").filter(has_text="Titel")).to_contain_text("Ubesvaret")


async def test_reactions_are_added_shared_and_taken_back(
    page: Page, toy: Scene, boy: Half, coach: Half
) -> None:
    await boy.write("Reagér på den her")
    mine = boy.message("Reagér på den her")
    await mine.hover()
    await mine.get_by_test_id("react-add").click()
    await page.locator("[data-testid=emoji][data-emoji='🤝']").click()
    theirs = coach.message("Reagér på den her").get_by_test_id("reaction")
    await expect(theirs).to_have_text("🤝1")
    await expect(theirs).to_have_attribute("title", "Mikkel reagerede med 🤝")
    await theirs.click()
    await expect(mine.get_by_test_id("reaction")).to_have_text("🤝2")
    await mine.get_by_test_id("reaction").click()
    await expect(theirs).to_have_text("🤝1")
    assert [event.message_author_id for event in toy.bot.reactions[-2:]] == [toy.people["mikkel"].id] * 2


async def test_the_menu_of_a_message(page: Page, boy: Half) -> None:
    await boy.message("Velkommen på banen").hover()
    await boy.message("Velkommen på banen").get_by_test_id("message-menu").click()
    await page.locator("[data-testid=message-command][data-name=Anmeld]").click()
    await expect(boy.message("Anmeldt:")).to_contain_text("Kun du kan se denne")


async def test_replying_editing_and_deleting(page: Page, boy: Half, coach: Half) -> None:
    await boy.write("Første")
    seen = coach.message("Første")
    await seen.hover()
    await seen.get_by_test_id("reply").click()
    await expect(coach.get("reply-bar")).to_contain_text("Mikkel")
    await coach.write("Et svar")
    await expect(boy.message("Et svar").get_by_test_id("reply-context")).to_contain_text("Første")
    own = boy.get("message").filter(has=page.locator("[data-testid=content]", has_text="Første"))
    await own.hover()
    await own.get_by_test_id("message-menu").click()
    await page.get_by_test_id("edit").click()
    await boy.get("edit-text").fill("Rettet")
    await boy.get("modal-submit").click()
    await expect(coach.message("Rettet").first).to_contain_text("(redigeret)")
    edited = boy.get("message").filter(has=page.locator("[data-testid=content]", has_text="Rettet"))
    await edited.hover()
    await edited.get_by_test_id("message-menu").click()
    await page.get_by_test_id("delete").click()
    await expect(coach.get("content").filter(has_text="Rettet")).to_have_count(0)


async def test_embeds_show_pictures_and_no_markup(boy: Half) -> None:
    shown = boy.get("embed")
    for text in (f"Stillingen {XSS}", f"MitAssist {XSS}", "Falken", f"Opdateret i dag {XSS}"):
        await expect(shown).to_contain_text(text)
    picture = shown.locator("img")
    await expect(picture).to_have_count(1)
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640


async def test_components_v2(boy: Half, coach: Half) -> None:
    await boy.run("kort")
    card = coach.get("container")
    await expect(card.locator("h4")).to_have_text("Coach Henrik")
    await expect(card).to_contain_text(XSS)
    await expect(card).to_contain_text("Billede fra example.org")
    await expect(card.locator("img")).to_have_count(2)
    await coach.button("card:call").click()
    await expect(boy.message("Henrik er tilkaldt.")).to_contain_text("Henrik trykkede på en knap")


async def test_direct_messages(toy: Scene, boy: Half, coach: Half) -> None:
    user = await toy.bot.fetch_user(toy.people["mikkel"].id)
    await user.send("En privat besked", view=Panel())
    entry = boy.get("channel", kind="dm")
    await expect(entry).to_have_attribute("data-unread", "true")
    await expect(coach.get("channel", kind="dm")).to_have_attribute("data-unread", "false")
    await entry.click()
    await boy.button("p:answer").click()
    await boy.field("headline").locator("input").fill("Herfra")
    await boy.field("topic").get_by_test_id("select").click()
    await choose(boy.page, "love")
    await boy.get("modal-submit").click()
    await expect(boy.message("headline=Herfra")).to_be_visible()
    await boy.write("Tak")
    await expect(boy.message("Tak")).to_be_visible()


async def test_unread_channels_and_calls_are_marked(toy: Scene, boy: Half, coach: Half) -> None:
    await coach.open("velkommen")
    await boy.write(f"Hej <@{toy.people['henrik'].id}>")
    entry = coach.get("channel", name="snak")
    await expect(entry).to_have_attribute("data-unread", "true")
    await expect(entry).to_contain_text("1")
    await coach.open("snak")
    await expect(coach.message("Hej @Henrik")).to_be_visible()
    await expect(entry).to_have_attribute("data-unread", "false")


async def test_markup_is_shown_and_cannot_lie(boy: Half) -> None:
    await boy.write("||gemt|| `kode` <t:0:D> [side](https://example.org) [ond](javascript:alert(1)) <#1>")
    content = boy.get("content").last
    await expect(content.locator(".spoiler")).to_have_text("gemt")
    await expect(content.locator("code")).to_have_text("kode")
    await expect(content.locator("time")).to_have_text("1. januar 1970")
    await expect(content.locator("a")).to_have_count(1)
    await expect(content.locator("a")).to_have_attribute("rel", "noopener noreferrer")
    await expect(content).to_contain_text("[ond](javascript:alert(1))")
    await expect(content).to_contain_text("#ingen adgang")
    await boy.write("# Stort\n> citat\n- et\n- to\n```py\nprint('<b>')\n```")
    content = boy.get("content").last
    await expect(content.locator("h3")).to_have_text("Stort")
    await expect(content.locator("blockquote")).to_have_text("citat")
    await expect(content.locator("li")).to_have_text(["et", "to"])
    await expect(content.locator("pre")).to_contain_text("print('<b>')")


async def test_a_fault_of_the_bot_is_shown_and_survived(page: Page, boy: Half) -> None:
    await boy.run("fejl")
    await expect(boy.get("problem")).to_contain_text("Interaktionen mislykkedes")
    await expect(page.get_by_test_id("faults")).to_have_text("1 fejl i botten")
    await boy.write("Det går videre")
    await expect(boy.message("Det går videre")).to_be_visible()


async def test_time_flows(toy: Scene, page: Page) -> None:
    before = toy.env.now()
    async with asyncio.timeout(5):
        while (toy.env.now() - before).total_seconds() < 1:
            await page.evaluate("new Promise(requestAnimationFrame)")


async def test_a_narrow_window_shows_one_half_and_a_drawer(page: Page, boy: Half, coach: Half) -> None:
    await page.set_viewport_size({"width": 420, "height": 900})
    await expect(coach.root).to_be_hidden()
    await boy.get("drawer").click()
    await boy.get("channel", name="velkommen").click()
    await expect(boy.get("channel", name="velkommen")).to_be_hidden()
    await expect(boy.get("channel-head")).to_contain_text("velkommen")
    await page.get_by_test_id("tab-right").click()
    await expect(boy.root).to_be_hidden()
    await expect(coach.message("Velkommen på banen")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 420


async def test_other_sites_are_kept_out(toy: Scene) -> None:
    url, port = toy.server.url, toy.server.port
    action = {"person": str(toy.people["mikkel"].id), "action": {"type": "send"}}
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers={"Host": f"evil.example:{port}"}) as refused:
            assert refused.status == 403
        async with session.get(url, headers={"Host": f"localhost:{port}"}) as answered:
            assert answered.status == 200
            assert "default-src 'self'" in answered.headers["Content-Security-Policy"]
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
            async with session.post(f"{url}api/act", json=action, headers=headers) as refused:
                assert refused.status == 403
        async with session.post(f"{url}api/act", data=json.dumps(action)) as refused:
            assert refused.status == 415
        async with session.post(f"{url}api/act", json=["nonsense"]) as bad:
            assert bad.status == 400
        for path in ("page/../web.py", "page/%2e%2e%2fweb.py", "page/nothing.js", "api/view?person=1"):
            async with session.get(url + path) as missing:
                assert missing.status == 404


async def test_a_taken_port_is_said_plainly(toy: Scene) -> None:
    with pytest.raises(web.PortBusy, match=rf"{toy.server.port}.*--port"):
        await web.serve(toy.hub, toy.server.port)


async def test_what_discord_refuses_is_an_answer_and_not_a_crash(toy: Scene) -> None:
    boy, snak = toy.people["mikkel"].id, str(toy.channels["snak"])
    hidden = str(toy.channels["moderatorer"])
    actions: tuple[dict[str, Any], ...] = (
        {"type": "nonsense"},
        {"type": "send", "channel": "1", "text": "hej"},
        {"type": "send", "channel": hidden, "text": "hej"},
        {"type": "send", "channel": "x", "text": "hej"},
        {"type": "click", "channel": snak, "message": "1", "custom_id": "x"},
        {"type": "slash", "channel": snak, "name": "findes ikke"},
        {"type": "slash", "channel": snak, "name": "emne", "options": {"antal": "syv"}},
        {"type": "submit", "values": {}},
        {"type": "click", "channel": snak},
    )
    for action in actions:
        answer = await toy.hub.act(boy, action)
        assert answer["ok"] is False
        assert answer["error"]
    assert toy.hub.view(boy, int(hidden))["opened"] is None


async def test_memory_stays_small(toy: Scene) -> None:
    channel = toy.channel("snak")
    for number in range(600):
        await channel.send(str(number))
    assert len(toy.env.backend.transcript) <= 500
    assert len(toy.env.http_requests) <= 500


async def test_expired_interactions_are_forgotten(toy: Scene) -> None:
    action = {"type": "slash", "channel": str(toy.channels["snak"]), "name": "panel"}
    await toy.hub.act(toy.people["mikkel"].id, action)
    journal.forget_expired_interactions(toy.env)
    assert len(toy.env.backend.interactions) == 1
    await toy.env.advance_time(16 * 60)
    journal.forget_expired_interactions(toy.env)
    assert toy.env.backend.interactions == {}
    assert toy.env.backend.interaction_tokens == {}


async def test_a_file_that_could_run_scripts_is_only_downloaded(toy: Scene) -> None:
    evil = discord.File(io.BytesIO(b"<script>alert(1)</script>"), "ond.svg")
    await toy.channel("snak").send("Se her", file=evil)
    view = toy.hub.view(toy.people["mikkel"].id, toy.channels["snak"])
    file = view["messages"][-1]["attachments"][0]
    assert not file["image"]
    async with aiohttp.ClientSession() as session:
        async with session.get(toy.server.url.rstrip("/") + file["path"]) as answer:
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert answer.headers["Content-Disposition"] == "attachment"
            assert await answer.read() == b"<script>alert(1)</script>"
        async with session.get(f"{toy.server.url}api/file/nothing") as missing:
            assert missing.status == 404
            assert "Content-Security-Policy" in missing.headers


async def test_the_page_is_danish_for_danish_people(toy: Scene) -> None:
    simulator.actor_locales(toy.env)[toy.people["jonas"].id] = "en-US"
    view = toy.hub.view(toy.people["mikkel"].id, toy.channels["snak"])
    names = [command["label"] for command in cast("list[dict[str, str]]", view["commands"])]
    assert names == ["emne", "fejl", "kort", "panel"]


async def test_private_threads_need_manage_threads_or_membership(toy: Scene) -> None:
    talk = cast("discord.TextChannel", toy.bot.get_channel(toy.channels["snak"]))
    private = next(thread for thread in talk.threads if thread.is_private())
    seen = {
        name: toy.hub.view(actor.id, private.id)["opened"] is not None for name, actor in toy.people.items()
    }
    assert seen == {"mikkel": False, "jonas": False, "henrik": True, "sofie": True}
