# Everything that Penjing needs is set up by the targets themselves, in .venv; `make` alone lists them.

PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Each process of the tests loads PyTorch and starts engines of its own, so more than two gain little.
WORKERS := -n 2 --dist worksteal
CHECKED := engine gui resources tests benchmarks

# What PySide6 loads on a bare Debian or Ubuntu, a font with 中文, and a screen for `xvfb-run penjing`.
SYSTEM := libegl1 libgl1 libglib2.0-0 libfontconfig1 libfreetype6 libdbus-1-3 libxkbcommon0 libxkbcommon-x11-0 \
	libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 \
	libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 fonts-noto-cjk xvfb
INSTALL := apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(SYSTEM)

.DEFAULT_GOAL := help
.PHONY: help demo test check pictures translations bench system libraries clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/app.stamp libraries  ## prune and quantize the sample project, in the window or in the terminal
	@$(BIN)/penjing demo

test: .venv/test.stamp libraries  ## run the tests
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(WORKERS)

check: .venv/dev.stamp libraries  ## format, lint, types, import contracts and the tests
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(WORKERS)

pictures: .venv/test.stamp libraries  ## take the documentation's pictures from the real window
	@QT_QPA_PLATFORM=offscreen $(BIN)/python benchmarks/pictures.py docs/images

translations: .venv/test.stamp  ## collect the texts and build the window's languages
	@$(BIN)/python resources/translations/update.py

bench: .venv/dev.stamp libraries  ## measure what the README states, one benchmark after another
	@for file in benchmarks/window.py benchmarks/overhead.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

system:  ## install the system libraries of the window (Debian, Ubuntu; as root)
	$(INSTALL)

clean:  ## remove .venv and everything that was built
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .cache
	find $(CHECKED) -name __pycache__ -type d -prune -exec rm -rf {} +

# Without a window the demo goes on in the terminal, so what is missing is told and stops nothing. An installation that
# failed (no network) is not tried again at every call.
libraries: .venv/app.stamp
	@$(BIN)/python -m gui.probe || { \
		if [ "$$(id -u)" = 0 ] && [ -e /etc/debian_version ] && [ ! -e .venv/system.stamp ]; then \
			touch .venv/system.stamp; $(MAKE) --no-print-directory system && $(BIN)/python -m gui.probe; \
		else false; fi; } || { \
		echo 'The window needs system libraries that are missing here. On Debian or Ubuntu, type:'; \
		echo '  sudo sh -c "$(INSTALL)"'; }

.venv/app.stamp: pyproject.toml | .venv/bin/python
	@echo 'Installing the packages into .venv; PyTorch is large, so the first time takes some minutes.'
	$(PIP) install -e .
	@touch $@

.venv/test.stamp: pyproject.toml .venv/app.stamp | .venv/bin/python
	$(PIP) install -e '.[test]'
	@touch $@

.venv/dev.stamp: pyproject.toml .venv/test.stamp | .venv/bin/python
	$(PIP) install -e '.[dev]'
	@touch $@

.venv/bin/python:
	@if [ -z '$(PYTHON)' ]; then echo 'Penjing needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python'; exit 1; fi
	$(PYTHON) -m venv .venv
