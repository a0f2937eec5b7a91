# Each target is a command of scripts/dev.py, which sets up what it needs.
# ARGS goes to the tool behind it: make test-fast ARGS="-k planner"
# TARGET chooses one target: make test TARGET=airflow
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast matrix bench soak docs lint format lock clean

help demo test test-fast matrix bench soak docs lint format lock clean:
	@$(PYTHON) scripts/dev.py $@ $(ARGS)
