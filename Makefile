# The menu. Every target does the set-up it needs (devkit/bootstrap.sh makes .venv once, from requirements.lock).
PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check check-deploy bench package verify-aws lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup:
	@sh devkit/bootstrap.sh

run: setup ## start the local stack on http://localhost:8888; Ctrl-C ends it
	@$(PYTHON) -m devkit.stack run

demo: setup ## walk the whole story once, print one table, end
	@$(PYTHON) -m devkit.stack demo

test: setup ## run every test
	@$(PYTHON) -m pytest -q

check: setup ## lint, types, import rules, locks, template, licences, advisories, secrets
	@$(PYTHON) -m devkit.checks

check-deploy: setup ## prove the deployment as far as that goes without AWS: Terraform, SAM, checkov
	@$(PYTHON) -m devkit.deploy_checks

bench: setup ## measure speed and strength, write docs/benchmarks.md
	@$(PYTHON) -m bench

package: setup ## build what is deployed: dist/*.zip, manifest, SBOM
	@$(PYTHON) -m devkit.packaging

verify-aws: setup ## after a deployment: settle on AWS what could not be proven here
	@$(PYTHON) -m devkit.verify_aws $(if $(OUTPUTS),--outputs $(OUTPUTS)) $(if $(URL),--url $(URL))

lock: setup ## write the lock files again from pyproject.toml (needs the package index)
	@$(PYTHON) -m devkit.locks

clean: ## remove what make created: .venv, .local (with the local database), caches
	rm -rf .venv .local dist .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
