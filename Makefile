# One command per chore; each does all of its own set-up. `make run` needs Python 3.11 or newer.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check format bench browser clean

run: $(VENV)/run
	$(BIN)/streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT)

# Two rounds: what is wrong in the core is seen first, and browsers share the machine with nothing.
test: $(VENV)/dev browser
	$(BIN)/pytest --ignore=tests/browser --numprocesses=auto --maxprocesses=4
	$(BIN)/pytest tests/browser

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# BESIDE=folder: only what pages do, beside another checkout of the app (of an older commit, say).
bench: $(VENV)/dev browser
	BESIDE=$(BESIDE) $(BIN)/python -m tests.benchmarks

# A first try gives an unreachable index one retry a package (five cost seven minutes in all);
# where that fails, a second try is as patient as pip is by default.
$(VENV)/run: requirements.txt
	test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install -q --retries 1 -r requirements.txt || $(BIN)/pip install -r requirements.txt
	touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	$(BIN)/pip install -q --retries 1 -r requirements-dev.txt || $(BIN)/pip install -r requirements-dev.txt
	touch $@

# Browser tests want Chromium and a Chinese font: installed where this user may, named where not.
browser:
	@sh .ci/browser

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
