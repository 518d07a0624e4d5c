"""`newscrawl alerts`: who is told when a site is not well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.asked import all_sites, named_sites, own_settings, want_consent
from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, err, fail, out, show_json, show_table

if TYPE_CHECKING:
    from newscrawl.settings import Settings
    from newscrawl.store.connect import Connection
    from newscrawl.verdicts import Alert, Channel, Mute

app = typer.Typer(
    no_args_is_help=True,
    help="""Who is told when a site is not well, and when it is again.

    newscrawl alerts add desk mailtos://crawler:PASSWORD@mail.example.com/desk@example.com

    newscrawl alerts test desk

    newscrawl alerts check               (from cron, after the crawls)
    """,
)

NEVER = "never"


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="A name for the channel: a-z, 0-9, _ and -.")],
    url: Annotated[str | None, typer.Argument(help="Its address for Apprise: mailto://…, slack://…, json://…")] = None,
    *,
    url_file: Annotated[Path | None, typer.Option(help="A file that holds the address, and is read each time.")] = None,
    sites: Annotated[str | None, typer.Option(help="Only these sites, separated by commas.")] = None,
    after: Annotated[int, typer.Option(min=1, max=1000, help="Bad verdicts in a row before it is told.")] = 2,
    repeat: Annotated[str, typer.Option(help="Tell it again while it lasts: 6h, 1d, or never.")] = "1d",
    replace: Annotated[bool, typer.Option("--replace", help="In place of the channel of this name.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the address, write nothing.")] = False,
) -> None:
    """Add a channel that is told when a site is not well, and when it is again.

    Addresses are those of Apprise: mail, Slack, Telegram, webhooks and a hundred more. They hold secrets: newscrawl
    shows them nowhere. With --url-file they stand neither in the database nor in the history of your shell.

    newscrawl alerts add desk mailtos://crawler:PASSWORD@mail.example.com/desk@example.com

    newscrawl alerts add team --url-file slack.txt --sites unn,ukrinform --after 3 --repeat 6h

    newscrawl alerts add hook json://localhost:8080/alerts
    """
    from newscrawl.runs.channels import FROM_SETTINGS, NAME, ChannelError, add_channel, read_address
    from newscrawl.runs.notify import NoChannel, shown
    from newscrawl.verdicts import Channel

    if not NAME.fullmatch(name) or name.startswith(FROM_SETTINGS):
        fail("the name of a channel is made of a-z, 0-9, _ and -, and does not begin with settings-", Exit.USAGE)
    if (url is None) == (url_file is None):
        fail("name the address of the channel, or with --url-file a file that holds it", Exit.USAGE)
    chosen = _named([site.strip() for site in (sites or "").split(",") if site.strip()])
    try:
        public = shown(url if url_file is None else read_address(url_file))  # type: ignore[arg-type]
    except (NoChannel, ChannelError) as error:
        fail(str(error), Exit.USAGE)
    channel = Channel(
        name=name,
        url=url,
        url_file=str(url_file.resolve()) if url_file else None,
        shown=public,
        sites=chosen,
        after=after,
        repeat_seconds=_repeat(repeat),
        added_at=datetime.now(UTC),
    )
    if not dry_run:
        try:
            with_database(lambda connection: add_channel(connection.database, channel, replace=replace))
        except ChannelError as error:
            fail(str(error), Exit.USAGE)
    whose = f"of {', '.join(chosen)}" if chosen else "of every site"
    done = f"{name} would be" if dry_run else f"{name} is"
    out.print(f"{done} told {whose}, at {public}. `newscrawl alerts test {name}` sends it a message.", soft_wrap=True)


@app.command("list")
def list_channels(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show the channels, what they have been told and not, and what is muted.

    newscrawl alerts list

    newscrawl alerts list --json
    """
    own = own_settings()
    channels, alerts, muted = with_database(lambda connection: _read(connection, own))
    if as_json:
        show_json(
            "channels",
            [channel.model_dump(mode="json", exclude={"url"}) for channel in channels],
            alerts=[alert.model_dump(mode="json", exclude={"claimed_until", "version"}) for alert in alerts],
            mutes=[mute.model_dump(mode="json") for mute in muted],
        )
        return
    show_table(
        ("channel", "sites", "after", "repeat", "address"),
        (
            (
                channel.name,
                ", ".join(channel.sites) or "every",
                channel.after,
                _span(channel.repeat_seconds),
                channel.shown,
            )
            for channel in channels
        ),
    )
    if alerts:
        out.print()
        show_table(
            ("site", "state", "since (UTC)", "in a row", "told (UTC)", "channel", "what went wrong"),
            (
                (alert.site, alert.state, alert.since, alert.count, alert.last_sent_at, alert.channel, alert.error)
                for alert in alerts
            ),
        )
    if muted:
        out.print()
        rows = [(_every(mute.site), mute.until or "unmuted") for mute in muted]
        show_table(("muted", "until (UTC)"), rows)
    if not channels:
        fail("there is no channel yet; `newscrawl alerts add NAME URL` adds one", Exit.NOTHING)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The channel.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Remove a channel.

    newscrawl alerts remove desk

    newscrawl alerts remove desk --yes
    """
    from newscrawl.runs.channels import remove_channel

    channel = _channel(name, is_own=True)
    if dry_run:
        out.print(f"{name} ({channel.shown}) would be removed.", soft_wrap=True)
        return
    want_consent(f"Remove {name} ({channel.shown})?", yes=yes)
    with_database(lambda connection: remove_channel(connection.database, name))
    out.print(f"{name} is told nothing more.")


@app.command()
def test(name: Annotated[str, typer.Argument(help="The channel.")]) -> None:
    """Send a message to a channel. Ends with 5 where it cannot be sent.

    newscrawl alerts test desk

    newscrawl alerts test settings-1
    """
    import asyncio

    from newscrawl.runs.channels import ChannelError, address_of
    from newscrawl.runs.notify import NotSent, send

    channel = _channel(name)
    text = f"This is a test of the channel {name}: newscrawl can reach you.\n\n  newscrawl alerts list"
    try:
        asyncio.run(send(address_of(channel), "newscrawl: a test", text))
    except (NotSent, ChannelError) as error:
        fail(f"{name} ({channel.shown}) was not told: {error}", Exit.DEPENDENCY)
    out.print(f"{name} was told: {channel.shown}", soft_wrap=True)


@app.command()
def mute(
    sites: Annotated[list[str] | None, typer.Argument(metavar="SITE…", help="Sites by name.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every site.")] = False,
    length: Annotated[str | None, typer.Option("--for", help="So long, such as 2d; else until it is lifted.")] = None,
) -> None:
    """Tell no channel of a site for some time. It is judged all the same.

    newscrawl alerts mute unn --for 2d

    newscrawl alerts mute --all --for 4h
    """
    from newscrawl.runs.channels import set_mutes

    now = datetime.now(UTC)
    names = _muted_names(sites, every)
    until = now + _parsed("--for", length) if length else None
    with_database(lambda connection: set_mutes(connection.database, names, until, now))
    ending = f"until {until:%Y-%m-%d %H:%M} UTC" if until else "until `newscrawl alerts unmute` lifts it"
    out.print(f"{', '.join(map(_every, names))}: muted {ending}.")


@app.command()
def unmute(
    sites: Annotated[list[str] | None, typer.Argument(metavar="SITE…", help="Sites by name.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Lift every mute.")] = False,
) -> None:
    """Lift mutes: what is still wrong is told at the next check.

    newscrawl alerts unmute unn

    newscrawl alerts unmute --all
    """
    from newscrawl.runs.channels import lift_mutes

    names = _muted_names(sites, every)
    if not with_database(lambda connection: lift_mutes(connection.database, names)):
        fail(f"{', '.join(map(_every, names))}: not muted; `newscrawl alerts list` shows what is", Exit.NOTHING)
    out.print(f"{', '.join(map(_every, names))}: no longer muted.")


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Judge every site now and tell the channels what is due.

    `newscrawl schedule run` does this after each crawl; with cron, let it follow the crawls. Ends with 5 where a
    message could not be sent, which is tried again by the next check, and with 4 where there is no channel.

    newscrawl alerts check

    newscrawl crawl --all; newscrawl alerts check
    """
    from newscrawl.runs.alert_check import check_alerts
    from newscrawl.runs.channels import ChannelError, all_channels

    own, known = own_settings(), all_sites()

    async def work(connection: Connection) -> Any:
        if not await all_channels(connection.database, own):
            return None
        return await check_alerts(connection.database, known.values(), own, datetime.now(UTC), wrong=known.wrong)

    try:
        messages = with_database(work)
    except ChannelError as error:
        fail(str(error), Exit.USAGE)
    if messages is None:
        fail("there is no channel to tell; `newscrawl alerts add NAME URL` adds one", Exit.NOTHING)
    if as_json:
        rows = [{"channel": sent.channel, "news": sent.news, "error": sent.error} for sent in messages]
        show_json("alerts", rows)
    for sent in messages:
        what = ", ".join(f"{site}: {news}" for site, news in sent.news.items())
        if sent.error:
            err.print(f"{sent.channel} was not told ({what}): {sent.error}", style="red", soft_wrap=True)
        elif not as_json:
            out.print(f"{sent.channel} was told: {what}", soft_wrap=True)
    if not messages and not as_json:
        out.print("Nothing to tell.")
    if any(sent.error for sent in messages):
        raise typer.Exit(int(Exit.DEPENDENCY))


def _named(names: list[str] | None) -> list[str]:
    return [site.name for site in named_sites(names, all_sites(at_a_glance=True))]


def _muted_names(sites: list[str] | None, every: bool) -> list[str]:
    from newscrawl.runs.channels import EVERY_SITE

    if bool(sites) == every:
        fail("name sites, or --all", Exit.USAGE)
    return [EVERY_SITE] if every else _named(sites)


def _every(site: str) -> str:
    return "every site" if site == "*" else site


def _channel(name: str, *, is_own: bool = False) -> Channel:
    """The channel of this name; ends with 4 where there is none. `is_own`: one of the database."""
    from newscrawl.runs.channels import FROM_SETTINGS

    own = own_settings()
    channels, _alerts, _mutes = with_database(lambda connection: _read(connection, own))
    found = next((channel for channel in channels if channel.name == name), None)
    if found is None:
        fail(f"there is no channel {name}; `newscrawl alerts list` shows them", Exit.NOTHING)
    if is_own and name.startswith(FROM_SETTINGS):
        fail(f"{name} stands in NEWSCRAWL_ALERTS or NEWSCRAWL_ALERTS_FILE; take it out there", Exit.USAGE)
    return found


async def _read(connection: Connection, own: Settings) -> tuple[list[Channel], list[Alert], list[Mute]]:
    """The channels, what they were told or are to be told, and the mutes in force."""
    from newscrawl.runs.channels import ChannelError, all_channels, mutes, open_alerts

    try:
        channels = await all_channels(connection.database, own)
    except ChannelError as error:
        fail(str(error), Exit.USAGE)
    muted = await mutes(connection.database, datetime.now(UTC))
    return channels, await open_alerts(connection.database), [*muted.values()]


def _parsed(option: str, text: str) -> timedelta:
    from newscrawl.normalize.spans import parse_span

    try:
        return parse_span(text)
    except ValueError as error:
        fail(f"{option}: {error}", Exit.USAGE)


def _repeat(text: str) -> int | None:
    if text == NEVER:
        return None
    seconds = int(_parsed("--repeat", text) / timedelta(seconds=1))
    if not seconds:
        fail("--repeat: 0 is no span; `never` tells once", Exit.USAGE)
    return seconds


def _span(seconds: int | None) -> str:
    from newscrawl.runs.alert_message import span

    return NEVER if seconds is None else span(timedelta(seconds=seconds)).removesuffix(" 0 h").removesuffix(" 0 min")
