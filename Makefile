# The chores of Sutler. `make run` and `make test` are all that a newcomer needs.

CARGO ?= cargo
# Every test of the workspace in one run, the end-to-end suites included.
EVERYTHING = --workspace --lib --bins --test '*'
RUNNER := $(shell $(CARGO) nextest --version >/dev/null 2>&1 && echo 'nextest run' || echo test)

.PHONY: run test slow bench fmt lint doc counterparts clean

run: ## Build Sutler and start it with a ready-made estate and a sample directory.
	$(CARGO) build --release --package sutler
	target/release/sutler demo

test: counterparts ## Install what the tests need and run every test.
	$(CARGO) test --workspace --doc --quiet
	$(CARGO) $(RUNNER) $(EVERYTHING)

slow: counterparts ## The long suites: 200 kills.
	SUTLER_KILLS=200 $(CARGO) $(RUNNER) --package sutler --test e2e kills

bench: ## Measure, each figure beside its ceiling; answers are checked. JSON=1 for scripts.
	$(CARGO) bench --package sutler --bench load -- $(if $(JSON),--json)

fmt: ## Format.
	$(CARGO) fmt --all

lint: ## Everything that reads the code and warns.
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) xtask tidy

doc: ## The documentation of all crates, warnings denied.
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps

counterparts:
	@scripts/counterparts

clean: ## Remove what was built.
	$(CARGO) clean
