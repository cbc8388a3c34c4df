# Everything a person runs. The virtual environment is made on first use.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Two at a time. What a file sets up is made once, but for the few long tests of the page.
ABREAST := -n 2 --dist loadfile

.PHONY: demo test check lint test-browser test-slow faults test-all screenshots samples \
        bench-extract bench-layouts bench-scans bench-retrieval bench-speed bench-answers bench-serve bench-conversation clean

# torch is named first: as somebody's dependency pip takes a CUDA build of several gigabytes.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -e ".[ocr,pdf]"
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet -e ".[ocr,pdf,dev]"
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/yinzheng demo

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest $(ABREAST)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

test-browser: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -m browser

test-slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m "slow and not browser and not faults"

faults: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m faults --timeout 600

test-all: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m "slow or not slow" --timeout 600

samples: $(VENV)/.installed-dev
	$(BIN)/python -m samples.build

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.screenshots

bench-extract bench-layouts bench-scans bench-retrieval bench-speed bench-serve bench-conversation: bench-%: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.$*

bench-answers: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.answers
	$(BIN)/python -m benchmarks.guard

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
