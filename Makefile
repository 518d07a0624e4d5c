# Two commands do everything on a new machine: `make demo` and `make test`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin

.PHONY: demo test docs audit bench bench-accuracy bench-consumers bench-duplicates bench-fleet bench-hot-path bench-ingest bench-memory bench-peers bench-publishers bench-sites bench-wide chaos flaky fuzz hostile lock million peers clean

demo: .venv/.installed
	@$(BIN)/newscrawl demo

test: .venv/.tools
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

# The pages of docs/ as a site, in the folder site/
docs: .venv/.tools
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --site-dir site

# Known weaknesses of the locked versions, by the advisory service of today; 2: it cannot be reached
audit: .venv/.tools
	@$(BIN)/python tools/audit.py

bench: .venv/.installed
	@$(BIN)/python benchmarks/crawl.py

# What stays of a crawl whose crawler, database or disk fails, again and again.
chaos: .venv/.installed
	@$(BIN)/python benchmarks/chaos.py

# The hostile server in $NEWSCRAWL_SHARED, its cases one by one and a good site beside them: about half an hour.
hostile: .venv/.installed
	@$(BIN)/python benchmarks/hostile.py

# An hour of crawls of a server that fails 30 % of all requests in ten ways, while new articles appear.
flaky: .venv/.installed
	@$(BIN)/python benchmarks/flaky.py

# A crawl beside 10,000 and beside 10,000,000 known articles: half an hour and 20 GB of disk.
bench-memory: .venv/.installed
	@$(BIN)/python benchmarks/memory.py

# Ten million inputs or an hour for each reader of text from outside; atheris is installed at the first time
fuzz: .venv/.tools
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/pip install -qq --disable-pip-version-check "atheris>=3"
	@$(BIN)/python fuzz/run.py

# A database of a million invented articles in ~/.cache/newscrawl-million, made once: half an hour and 20 GB of disk.
million: .venv/.installed
	@$(BIN)/python benchmarks/million.py

# How fast those are read, by queries and over HTTP, and how fast others are exported. Some minutes.
bench-consumers: .venv/.installed
	@$(BIN)/python benchmarks/consumers.py; $(BIN)/python benchmarks/serving.py; $(BIN)/python benchmarks/export.py

# Over the real pages in $NEWSCRAWL_SHARED, beside the peers that .venv has: uv pip install --python .venv --group peers
bench-accuracy: .venv/.installed
	@$(BIN)/python benchmarks/accuracy.py

# Where the processor time of a crawl goes, part by part: some minutes.
bench-hot-path: .venv/.installed
	@$(BIN)/python benchmarks/hot_path.py

# Speed beside the peers of `make peers`, four benchmarks of which each keeps its result: some hours. docs/benchmarks.md
bench-peers: .venv/.installed peers
	@for name in startup extraction cost_by_size peers_crawl; do \
		echo "$$name …"; $(BIN)/python benchmarks/$$name.py --keep; done

# Where time and memory go as sites grow in number. Half an hour.
bench-wide: .venv/.installed
	@for name in hot_path polite many_sites queues jobs; do echo "$$name …"; $(BIN)/python benchmarks/$$name.py; done

# A broker, a replica set, four workers, 400 sites, and kill -9. Wants redis-server and rabbitmq-server.
bench-fleet: .venv/.installed
	@for broker in rabbitmq redis; do echo "$$broker …"; $(BIN)/python benchmarks/fleet.py --broker $$broker; done

# Other readers and crawlers of news, in a folder of their own.
peers: .venv-peers/.installed

# Real pages of $NEWSCRAWL_SHARED from a WARC file into a database: about two minutes.
bench-ingest: .venv/.installed
	@$(BIN)/python benchmarks/ingest.py

# The shipped site files on those of the real pages that are their publishers'; a few seconds.
bench-publishers: .venv/.installed
	@$(BIN)/python benchmarks/publishers.py

# Copies of the real pages in $NEWSCRAWL_SHARED, and a million signatures in a database: about five minutes.
bench-duplicates: .venv/.installed
	@$(BIN)/python benchmarks/near_duplicates.py

# `sites add` on sites made of the real pages in $NEWSCRAWL_SHARED, and on the replica: two minutes.
bench-sites: .venv/.installed
	@$(BIN)/python benchmarks/sites_add.py

# Exact versions for all supported Pythons, from the lower bounds in pyproject.toml.
lock:
	uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --all-extras --group dev --universal --generate-hashes --no-header --no-annotate -q -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv .venv-peers build dist

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "newscrawl needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "python3 -m venv failed; on Debian: apt-get install python3-venv"; exit 1; }

.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing newscrawl into .venv (once, about a minute) …"
	@$(BIN)/pip install -qq --disable-pip-version-check -r requirements.lock
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv-peers/.installed: pyproject.toml | .venv/bin/python
	@echo "Installing the peers into .venv-peers …"
	@$(BIN)/python -m venv .venv-peers
	@.venv-peers/bin/pip install -qq --disable-pip-version-check "pip>=25.1"
	@.venv-peers/bin/pip install -qq --disable-pip-version-check --group peers-apart
	@touch $@

.venv/.tools: requirements-dev.lock .venv/.installed
	@echo "Installing the tools of the test suite into .venv …"
	@$(BIN)/pip install -qq --disable-pip-version-check -r requirements-dev.lock
	@touch $@
