"""Commands that speak to the message broker of a fleet."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from newscrawl.cli.asked import own_settings
from newscrawl.cli.output import Exit, fail

if TYPE_CHECKING:
    from newscrawl.runs.starter import MakeStarter
    from newscrawl.settings import Settings


def with_broker(address: str | None) -> Settings:
    """The settings, with the broker of the option before that of the setting.

    Ends with code 2 where Celery is not installed, or no broker is named.
    """
    from newscrawl.fleet.broker import INSTALL, NoBroker, broker_app

    if importlib.util.find_spec("celery") is None:
        fail(INSTALL, Exit.USAGE)
    own = own_settings()
    if address is not None:
        from pydantic import SecretStr

        own = own.model_copy(update={"broker": SecretStr(address)})
    try:
        broker_app(own)
    except NoBroker as error:
        fail(str(error), Exit.USAGE)
    return own


def sending(own: Settings) -> MakeStarter:
    """Makes what sends crawls to the workers. Ends with code 5 where the broker does not answer."""
    from newscrawl.fleet.broker import BrokerDown, broker_app, check
    from newscrawl.fleet.dispatch import Dispatch

    app = broker_app(own)
    try:
        check(app)
    except BrokerDown as error:
        fail(str(error), Exit.DEPENDENCY)
    return lambda database, planner, say: Dispatch(database, planner, app, say, size=own.job_sites)
