# Everything else is in scripts/setup.py. ARGS goes to the program: make test ARGS="-k audio"
SETUP := @sh scripts/with_python.sh

.PHONY: help run demo test bench check fuzz clean
help:
	@echo "make run    set up what is missing and open the window (without a display: as make demo)"
	@echo "make demo   transcribe the two sample recordings in the terminal"
	@echo "make test   set up what the tests need and run them"
	@echo "make bench  measure speed, start-up and memory"
	@echo "make check  check style, imports, types, dependencies and translations; make test does it too"
	@echo "make fuzz   give each reader of strangers' files two minutes of damaged ones"
	@echo "make clean  remove the virtual environment and caches; models, recordings and settings stay"
	@echo 'ARGS goes on to the program, PYTHON names an interpreter: make test ARGS="-k audio" PYTHON=python3.12'

run demo test bench check fuzz:
	$(SETUP) $@ $(ARGS)

clean:
	rm -rf .venv .venv-torch build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# After a change of the dependencies in pyproject.toml; needs uv. Add UPGRADE=--upgrade to take newer versions.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--annotation-style line --custom-compile-command "make lock" $(UPGRADE)
.PHONY: lock
lock:
	$(LOCK) pyproject.toml --extra train -o requirements.lock
	$(LOCK) pyproject.toml --extra train --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) --group build -c requirements.lock -o requirements-build.lock
