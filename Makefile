# The chores of Sutler. `make run` and `make test` are all that a newcomer needs.

CARGO ?= cargo
# Every test of the workspace in one run, the end-to-end suites included.
EVERYTHING = --workspace --lib --bins --test '*'
# Tests that name a counterpart are ignored without it: here it is, so they run too. What
# only prints figures stays out.
export SUTLER_SCIM2_SERVER = $(CURDIR)/target/counterparts/scim2-server/bin/scim2-server
ifneq ($(shell $(CARGO) nextest --version 2>/dev/null),)
RUN = $(CARGO) nextest run --run-ignored all $(1) -E 'not test(throughput)' $(2)
else
RUN = $(CARGO) test --no-fail-fast $(1) -- --include-ignored --skip throughput $(2)
endif

.PHONY: run test slow bench fmt lint doc counterparts clean

run: ## Build Sutler and start it with a ready-made estate and a sample directory.
	$(CARGO) build --release --package sutler
	target/release/sutler demo

test: counterparts ## Install what the tests need and run every test.
	$(CARGO) test --workspace --doc --quiet
	$(call RUN,$(EVERYTHING))

slow: counterparts ## The long suites: kills, lives, fuzzing, a group of a million; keeps their figures.
	@# Built first, so that the figures hold no build.
	@$(CARGO) test --package sutler --test e2e --no-run
	@$(CARGO) test --package sutler-engine --test it --no-run
	$(CARGO) xtask ledger kills SUTLER_KILLS=200 $(call RUN,--package sutler --test e2e,kills::r1)
	$(CARGO) xtask ledger points SUTLER_POINTS=40 $(call RUN,--package sutler --test e2e,kills::points)
	$(CARGO) xtask ledger lives SUTLER_SEEDS=20000 $(call RUN,--package sutler-engine --test it,lives::)
	$(CARGO) xtask ledger bugs SUTLER_PLANT_SEEDS=5000 $(call RUN,--package sutler-engine --test it,found_anew)
	$(CARGO) xtask ledger fuzz SUTLER_FUZZ_SECONDS=60 scripts/fuzz
	$(CARGO) xtask promises
	SUTLER_BENCH_SIZES=1000000 SUTLER_BENCH_GROUPS=10,1000,100000,1000000 \
		$(CARGO) bench --package sutler --bench load -- --growth-only

bench: ## Measure, beside ceilings and up to a million users; draws the curves. JSON=1 for scripts.
	$(CARGO) bench --package sutler --bench load -- \
		--growth --draw $(CURDIR)/docs/reference/performance $(if $(JSON),--json)

fmt: ## Format.
	$(CARGO) fmt --all

lint: ## Everything that reads the code and warns.
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	$(CARGO) clippy --package sutler --test e2e -- -D warnings
	$(CARGO) xtask tidy

doc: ## The documentation of all crates, warnings denied.
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps

counterparts:
	@scripts/counterparts

clean: ## Remove what was built.
	$(CARGO) clean
