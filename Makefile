# Everything a newcomer types. `make play` and `make test` set up what they need by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8765

.PHONY: play tour test check fix lock pictures bench screen-weights clean

play: $(VENV)/.ready
	$(BIN)/python -m bot play --port $(PORT)

tour: $(VENV)/.ready
	$(BIN)/python -m bot play --tour story
	$(BIN)/python -m bot play --tour privacy

test: $(VENV)/.ready
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/python -m pytest tests/unit/test_walls.py tests/unit/test_texts.py tests/unit/test_config.py tests/db/test_migrations.py

fix: $(VENV)/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# A marker file rather than the folder: an install that broke half-way is done again.
$(VENV)/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The lock names no registry; uv resolves for every Python and platform at once.
lock: $(VENV)/.ready
	$(BIN)/python -m scripts.lock

pictures: $(VENV)/.ready
	$(BIN)/python -m scripts.pictures

# How fast the screen is, and how well it does on the labelled set.
bench: $(VENV)/.ready
	$(BIN)/python -m bench.screen

# After a change of rules, features or examples: learn the model's weights anew.
screen-weights: $(VENV)/.ready
	$(BIN)/python -m scripts.train_screen

clean:
	rm -rf $(VENV) build *.egg-info
