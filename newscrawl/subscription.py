"""What a webhook is subscribed to, and how far its receiver has acknowledged it. A record alone; no I/O."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from newscrawl.article import Count, Instant, Part
from newscrawl.selection import Selection
from newscrawl.storable import Address, Line, Name

MOST_SET_ASIDE = 100
"""Events that were set aside and are still told of, the last ones."""

SubscriptionState = Literal["on", "failing", "paused", "given up"]


class SetAside(Part):
    """An event that its receiver refused for itself: it is not sent any more, so that the next ones are."""

    key: Name = Field(description="Its idempotency key.")
    url: Address = Field(description="Address of the article.")
    seq: Count = Field(description="Place of the event in the order of all news.")
    at: Instant = Field(description="When it was set aside.")
    error: Line = Field(description="What the receiver answered.")


class Webhook(Part):
    """A receiver of articles: the document of the collection `webhooks`."""

    name: Name = Field(description="Its name, one for each.")
    url: Address = Field(description="Where events are posted: its path may be what keeps others out.")
    secret: str | None = Field(description="What events are signed with. Null: it stands in `secret_file`.")
    secret_file: Line | None = Field(default=None, description="File that holds the secret.")
    selection: Selection = Field(description="The articles that it is sent.")
    fields: list[Name] = Field(default_factory=list, description="Fields of the article in an event; empty: all.")
    allows_private: bool = Field(default=False, description="It may be within this network, or on this machine.")
    added_at: Instant = Field(description="When it was subscribed.")

    seq: Count = Field(description="Every event up to here was acknowledged or set aside: the cursor.")
    delivered: Count = Field(default=0, description="Events that were acknowledged.")
    delivered_at: Instant | None = Field(default=None, description="When the last one was.")
    attempts: Count = Field(default=0, description="Failed attempts in a row at the next event.")
    failing_since: Instant | None = Field(default=None, description="The first of them; null: none has failed.")
    next_try_at: Instant | None = Field(default=None, description="Null: at once.")
    error: Line | None = Field(default=None, description="Why the last attempt that failed did.")
    error_at: Instant | None = Field(default=None, description="When that was.")
    paused_at: Instant | None = Field(default=None, description="Null: it is not paused.")
    given_up_at: Instant | None = Field(default=None, description="Nothing is sent until an operator resumes it.")
    set_aside: list[SetAside] = Field(default_factory=list, description=f"The last {MOST_SET_ASIDE} of them.")

    @property
    def state(self) -> SubscriptionState:
        """How it is, in a word."""
        if self.given_up_at is not None:
            return "given up"
        if self.paused_at is not None:
            return "paused"
        return "failing" if self.attempts else "on"
