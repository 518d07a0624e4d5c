"""`python -m newscrawl.replica`: serve the replica by hand."""

import argparse
import contextlib
import threading

from newscrawl.replica import Replica, serve

parser = argparse.ArgumentParser(description="Serve the replica news site on this machine.")
parser.add_argument("--port", type=int, default=8008)
parser.add_argument("--articles", type=int, default=300)
arguments = parser.parse_args()
with serve(Replica(articles=arguments.articles), port=arguments.port) as server:
    print(f"{len(server.replica.articles)} articles at {server.base_url}/news (Ctrl-C ends)")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
