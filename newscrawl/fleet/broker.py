"""The message broker, RabbitMQ or Redis, by Celery: one queue for each database, in it the names of jobs, as JSON.

What is lost here is not lost: the database knows which jobs there are. So no message holds anything but a name, no
result is kept, and no command is taken from the broker.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from newscrawl.normalize.secrets import mask

if TYPE_CHECKING:
    from celery import Celery

    from newscrawl.settings import Settings

TASK = "newscrawl.crawl"
SCHEMES = {"amqp": "RabbitMQ", "amqps": "RabbitMQ", "redis": "Redis", "rediss": "Redis"}
PATIENCE = 5.0  # seconds until a broker that does not answer is given up
LONGEST_JOB = 6 * 3600
"""Seconds after which a broker takes a job for lost that no worker has acknowledged. The planner sees that much sooner
that a worker is dead; whoever gets such a job a second time finds who crawls it."""
_OF_CELERY = ("CELERY_BROKER_URL", "CELERY_BROKER_READ_URL", "CELERY_BROKER_WRITE_URL")
"""Variables that Celery believes more than what it is told: they are another program's."""
INSTALL = 'the fleet needs Celery; install it with: pip install "newscrawl[fleet]"'


class BrokerDown(RuntimeError):
    """The broker does not answer, or refuses. The message says which and what to do; passwords are masked."""


class NoBroker(ValueError):
    """There is no address of a broker, or it is none, or Celery is not installed. The message says what to do."""


def broker_app(own: Settings) -> Celery:
    """The Celery application of the settings. Raises NoBroker."""
    address = own.broker.get_secret_value() if own.broker else ""
    if not address:
        raise NoBroker("no broker is named; name it by --broker or NEWSCRAWL_BROKER, such as redis://localhost:6379/0")
    scheme = address.partition("://")[0].lower()
    if scheme not in SCHEMES:
        raise NoBroker(
            f"{mask(address)} is no address of a broker; it begins with {', '.join(f'{name}://' for name in SCHEMES)}"
        )
    try:
        urlsplit(address).port  # noqa: B018 - raises where it is none
    except ValueError as error:
        raise NoBroker(f"{mask(address)} is no address of a broker: {error}") from None
    try:
        from celery import Celery
        from kombu.entity import Exchange, Queue
    except ImportError:
        raise NoBroker(INSTALL) from None
    for name in _OF_CELERY:
        os.environ.pop(name, None)
    is_amqp = scheme.startswith("amqp")
    if not is_amqp:
        try:
            import redis  # noqa: F401 - what Celery needs for it
        except ImportError:
            raise NoBroker(INSTALL) from None
    app = Celery("newscrawl", broker=address, set_as_current=False)
    name = queue_name(own)
    arguments = {"x-queue-type": "quorum", "x-consumer-timeout": LONGEST_JOB * 1000} if is_amqp else None
    exchange = Exchange(name, type="direct", durable=True)  # type: ignore[no-untyped-call]
    queue = Queue(name, exchange, routing_key=name, queue_arguments=arguments)  # type: ignore[no-untyped-call]
    app.conf.update(
        task_queues=[queue],
        task_default_queue=name,
        task_default_exchange=name,
        task_default_routing_key=name,
        task_default_queue_type="quorum" if is_amqp else "classic",
        worker_detect_quorum_queues=is_amqp,
        task_create_missing_queues=False,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=PATIENCE,
        broker_heartbeat=20,
        broker_transport_options=_options(is_amqp=is_amqp),
        broker_use_ssl=_tls(own, scheme),
        enable_utc=True,
    )
    return app


def queue_name(own: Settings) -> str:
    """The queue of the jobs of a database."""
    return f"newscrawl.{own.database}"


def _options(*, is_amqp: bool) -> dict[str, Any]:
    if is_amqp:
        # A message counts as sent when the broker has said so.
        return {"confirm_publish": True, "max_retries": 1, "connect_timeout": PATIENCE}
    return {
        "visibility_timeout": LONGEST_JOB,
        "max_retries": 1,
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": 4 * PATIENCE,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }


def _tls(own: Settings, scheme: str) -> dict[str, Any] | bool:
    """How the certificate of the broker is looked at, where the address asks for TLS: it has to be in order."""
    authority = {"ca_certs": str(own.broker_ca or ssl.get_default_verify_paths().cafile)}
    if scheme == "amqps":
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None, **authority}
    if scheme == "rediss":
        return {f"ssl_{name}": value for name, value in authority.items()} | {
            "ssl_cert_reqs": ssl.CERT_REQUIRED,
            "ssl_check_hostname": True,
        }
    return False


def check(app: Celery) -> None:
    """See whether the broker answers, and make the queue. Raises BrokerDown."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=PATIENCE)
            app.conf.task_queues[0](connection.default_channel).declare()
    except Exception as error:  # each transport has its own
        raise BrokerDown(describe(app, error)) from None


def send(app: Celery, jobs: Iterable[str]) -> None:
    """Send the names of jobs. Raises BrokerDown; some may have been sent then, which is no harm."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=PATIENCE)
            producer = app.amqp.Producer(connection)
            name = app.conf.task_default_queue
            for job in jobs:
                # By the exchange of the queue: to the default one, which Celery takes for a direct queue, every user of
                # RabbitMQ would need a right that is good for all queues.
                app.send_task(
                    TASK,
                    args=[job],
                    producer=producer,
                    exchange=name,
                    routing_key=name,
                    retry=False,
                    ignore_result=True,
                )
    except Exception as error:
        raise BrokerDown(describe(app, error)) from None


def waiting(app: Celery) -> int:
    """Messages that the broker has and no worker has taken. Raises BrokerDown."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=PATIENCE)
            channel = connection.default_channel
            queue = app.conf.task_queues[0]
            declared = channel.queue_declare(
                queue=queue.name, durable=True, auto_delete=False, exclusive=False, arguments=queue.queue_arguments
            )
            return int(declared.message_count)
    except Exception as error:
        raise BrokerDown(describe(app, error)) from None


def describe(app: Celery, error: Exception) -> str:
    """What to tell of an error of the broker, without its password."""
    address = app.conf.broker_url
    said = mask(str(error).strip()[:200]) or type(error).__name__
    password = urlsplit(address).password
    if password:
        said = said.replace(password, "…")
    kind = SCHEMES[address.partition("://")[0].lower()]
    return f"the {kind} at {mask(address)} does not take jobs: {said}; start it, or correct NEWSCRAWL_BROKER"
