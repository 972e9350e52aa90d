# Two commands do everything: `make run` serves the product, `make test` proves it.
.PHONY: run test install check bench fault postgres journeys clean

PYTHON ?= python3
BIN := .venv/bin

run: .venv/run
	@$(BIN)/python manage.py sop_serve

test: .venv/test check
	$(BIN)/pytest -n 2 -q -m "not journey"
	$(BIN)/python tests/postgres.py $(BIN)/pytest -n 2 -q -m "not journey" tests/accounts tests/audit tests/evidence tests/templates_app tests/sop_library tests/sopsite tests/faults
	$(BIN)/pytest -q -m journey tests/journeys

check: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/djlint --quiet --lint sopsite accounts sop_library templates_app --extension=html
	$(BIN)/python manage.py makemigrations --check --dry-run
	SOP_URL=https://sop.example.org $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/test
	$(BIN)/python -m bench

# Every fault for long, on both databases; writes the figures into docs/reliability.md. Ctrl+C keeps those so far.
fault: .venv/test
	$(BIN)/python -m tests.faults --docs

install: .venv/run

# Each stamp is made anew when its requirements change; pip refuses a file whose hash is not in them.
.venv/run: requirements.txt sopsite/machine.py
	@$(PYTHON) sopsite/machine.py run
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/test: requirements-dev.txt .venv/run
	@$(PYTHON) sopsite/machine.py test
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache
