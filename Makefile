# Everything one does to the desk. `make` lists it.
PORT ?= 8501
PYTHON ?= python3
PY = .venv/bin/python
CHROMIUM = $(shell command -v chromium chromium-browser google-chrome 2>/dev/null | head -n 1)
# Where it is set, every process would compile the desk anew: a second of each start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run test unit bench audit soak lint format clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/.installed ## Prepare the environment (.venv)

.venv/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 install"; exit 1; }
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --requirement requirements.txt
	@touch $@

run: install ## Serve the desk on 127.0.0.1:8501 (make run PORT=8600: elsewhere)
	@$(PY) manage.py serve --port $(PORT)

test: install lint ## Everything: rules, both databases, pages, renewal, browser
	@test -n "$(CHROMIUM)" || $(PY) -m playwright install chromium
	@# One more than the two processors this is meant for: a test that waits for a browser or for
	@# another process leaves its processor to somebody else.
	$(PY) -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

unit: install ## The tests without browser and servers, in seconds
	$(PY) -m pytest tests/rules

bench: install ## Measure everything up to a million accounts (make bench PARTS=statements,browser)
	$(PY) -m tests.bench $(if $(PARTS),--parts $(PARTS)) $(if $(SIZES),--sizes $(SIZES)) $(if $(ENGINES),--engines $(ENGINES))

soak: install ## 100,000 openings and callbacks while processes die and databases restart
	nice $(PY) -m tests.soak

audit: install ## Known holes in the pinned packages; needs a package index that knows them
	@test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv .venv/audit && \
		.venv/audit/bin/pip install --quiet pip-audit==2.10.1; }
	@# Strict: a package that the index does not know fails, instead of passing unseen.
	.venv/audit/bin/pip-audit --strict --no-deps --disable-pip --requirement requirements.txt

lint: install ## Style and likely mistakes
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

format: install ## Put the code into the one format
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

clean: ## Remove the environment, not the data
	rm -rf .venv
