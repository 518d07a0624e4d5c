"""What a site shows of itself to the site file that describes it. Pure: pages in, a proposal out.

`front.py` and `story.py` read one page each, in a process of its own; `patterns.py`, `editions.py`, `zones.py`,
`countries.py` and `counters.py` infer; `survey.py` puts it together, `site_file.py` writes it down, `trial.py` tries
it. Fetching is in `newscrawl.crawl.look`.
"""
