"""A small news site on this machine: for the demo, the end-to-end tests and the benchmarks.

Real pages over real HTTP, written by us in the structure of a Ukrainian agency's site: three editions, two layouts,
listings with pagination, rubrics, feeds, sitemaps, AMP twins, an old host, tracking parameters, cards among the
paragraphs, counters that grow and articles that change. Everything follows from a seed.
"""

from newscrawl.replica.server import Server, serve
from newscrawl.replica.stories import Replica, ReplicaArticle, site_file

__all__ = ["Replica", "ReplicaArticle", "Server", "serve", "site_file"]
