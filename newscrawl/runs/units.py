"""What keeps a scheduler running: a unit of systemd, a line of cron, a container. Texts alone."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from newscrawl.setting_sources import PREFIX
from newscrawl.settings import is_secret

PARTS = ("systemd", "cron", "container")


@dataclass(frozen=True)
class Place:
    """Where newscrawl runs. `python`: its interpreter. `settings`: environment variables that are set now."""

    python: str
    folder: str
    data: str
    user: str
    version: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def plain_settings(self) -> dict[str, str]:
        """Those that are no secrets."""
        return {name: value for name, value in sorted(self.settings.items()) if name not in self.secrets}

    @property
    def secrets(self) -> list[str]:
        """Names of those that are secrets, or may hold a password: no unit names their value."""
        plain = {name: name.removeprefix(PREFIX).lower() for name in sorted(self.settings)}
        return [name for name, setting in plain.items() if setting == "mongo_uri" or is_secret(setting)]


def systemd(place: Place) -> str:
    """A service of systemd. It is stopped in order, started again whatever ends it, and may write to its data alone."""
    environment = "\n".join(f'Environment="{name}={_escaped(value)}"' for name, value in place.plain_settings.items())
    secrets = "".join(f"\n# {name}=... belongs in this file, which only root may read" for name in place.secrets)
    return f"""\
# /etc/systemd/system/newscrawl.service, then: systemctl daemon-reload && systemctl enable --now newscrawl
[Unit]
Description=newscrawl: crawls news sites when they are due
Documentation=man:systemd.service(5)
Wants=network-online.target
After=network-online.target mongod.service
StartLimitIntervalSec=0

[Service]
Type=exec
User={place.user}
ExecStartPre=+/usr/bin/install -d -m 700 -o {place.user} {_percent(place.data)}
WorkingDirectory={_percent(place.folder)}
ExecStart={_percent(place.python)} -m newscrawl.cli schedule run --standby
{environment or "# Environment=NEWSCRAWL_USER_AGENT=..."}{secrets}
EnvironmentFile=-/etc/newscrawl.env
Restart=always
RestartSec=5
# The first signal goes to the scheduler alone, which ends its crawls in order within ten seconds.
KillMode=mixed
TimeoutStopSec=30
NoNewPrivileges=true
ProtectSystem=strict
PrivateTmp=true
ReadWritePaths={_percent(place.data)}

[Install]
WantedBy=multi-user.target
"""


def cron(place: Place) -> str:
    """A line of crontab(5): every five minutes a scheduler that ends when nothing is due any more."""
    names = " ".join(f"{name}={shlex.quote(value)}" for name, value in place.plain_settings.items())
    command = f"{shlex.quote(place.python)} -m newscrawl.cli schedule run --once --quiet-if-held"
    secrets = "".join(
        f"# {name} belongs in a file that only you may read: `. ~/.newscrawl.env;` before the command\n"
        for name in place.secrets
    )
    line = f"cd {shlex.quote(place.folder)} && {names + ' ' if names else ''}{command}"
    return f"""\
# crontab -e: where no process may stay. What is due starts up to five minutes late.
{secrets}*/5 * * * * {line.replace("%", chr(92) + "%")}
"""


def container(place: Place) -> str:
    """A Containerfile, for Docker and Podman. Its data is a volume; the clock of every zone comes along."""
    names = "".join(
        f"ENV {name}={shlex.quote(value)}\n"
        for name, value in place.plain_settings.items()
        if name not in _OF_THE_IMAGE
    )
    return f"""\
# Containerfile: docker build -t newscrawl -f Containerfile . && docker run -d --restart=always --stop-timeout 30 \\
#   -v newscrawl:/data -v ./sites:/sites:ro --name newscrawl newscrawl
# and then: docker exec newscrawl newscrawl schedule add unn --every 30m
FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends libcurl4 tzdata tini && rm -rf /var/lib/apt/lists/*
# From a checkout: COPY . /newscrawl, and /newscrawl in place of the name.
RUN pip install --no-cache-dir newscrawl=={place.version}
RUN useradd --create-home crawler && mkdir -p /data /sites && chown crawler /data
USER crawler
ENV NEWSCRAWL_DATA=/data NEWSCRAWL_SITES=/sites
{names}VOLUME /data
HEALTHCHECK --interval=5m --timeout=30s --start-period=1m CMD ["newscrawl", "schedule", "list", "--json"]
ENTRYPOINT ["tini", "--"]
CMD ["newscrawl", "schedule", "run", "--standby"]
"""


_OF_THE_IMAGE = ("NEWSCRAWL_DATA", "NEWSCRAWL_SITES")


def _escaped(value: str) -> str:
    return _percent(value.replace("\\", "\\\\").replace('"', '\\"'))


def _percent(value: str) -> str:
    """`%` begins a specifier in unit files (systemd.unit(5))."""
    return value.replace("%", "%%")
