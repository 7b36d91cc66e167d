# The recipes of the house. `just` lists them.

default:
    @just --list

# Everything that a change must pass before review.
ci: fmt-check lint doc test

# Format the code.
fmt:
    cargo fmt --all

fmt-check:
    cargo fmt --all --check || (echo "fix with: just fmt" && exit 1)

# Clippy, warnings are errors.
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Rustdoc, warnings are errors.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# All tests; needs no other program.
test:
    cargo test --workspace

# The property tests with ROUNDS other seeds; a seed that fails is named, and runs again with PROPTEST_RNG_SEED=SEED.
hunt ROUNDS="10":
    cargo test --workspace --tests --no-run
    for round in $(seq {{ROUNDS}}); do \
        export PROPTEST_RNG_SEED=$(od -An -N6 -tu8 /dev/urandom | tr -d ' '); \
        cargo test --workspace --tests --quiet -- --skip conformance >target/hunt.log 2>&1 || \
            { cat target/hunt.log; echo "seed $PROPTEST_RNG_SEED does not hold"; exit 1; }; \
        echo "seed $PROPTEST_RNG_SEED holds"; \
    done

# The demo: the Tonaya cluster, its tables, figures and page.
demo:
    cargo run --release -- demo --force

# Benches over the registries (criterion).
bench *ARGS:
    cargo bench -p palenque-benches {{ARGS}}

# Side by side with other programs; makes a Python environment under target/.
peers:
    benches/peers/run

# The figures of docs/tonaya-change.md and the table of docs/clusters.md, made again.
docs-figures:
    cargo run --release -- demo target/figures --force
    .ci/clusters "$PWD/target/release/palenque" "$PWD/target" --update
    cp target/figures/out/figures/change.svg target/figures/out/figures/risk.svg docs/figures/

# Every figure of the demo, as SVG and PNG, into target/figures.
figures:
    cargo run --release -- demo target/figures --force

# Write the generated pages of docs/ again (the test that compares them writes them).
sync:
    cargo test --workspace --lib pages:: || cargo test --workspace --lib pages::

# The book, into target/book; needs mkdocs (PyPI). `.ci/book` also runs its commands.
book:
    mkdocs build --strict --config-file docs/book/mkdocs.yml --site-dir "$PWD/target/book"

# All that continuous integration runs.
ci-full:
    bash .ci/run
