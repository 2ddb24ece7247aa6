# Everything runs in .venv, which make builds from the locks. uv, when it is on the path, only makes that quicker.

PYTHON ?= python3
BIN := .venv/bin
export NEWSFEED_JARS ?= $(CURDIR)/.cache/jars
unexport PYTHONDONTWRITEBYTECODE # some images set it; each command would compile all that it imports, in a second or two
DEMO := --root data/lake-demo
LDBC := data/ldbc-snb-test
TURNS := --cap $(or $(CAP),200) --repeat $(or $(REPEAT),3)

.DEFAULT_GOAL := help
.PHONY: help demo test soak mutate faults check docs bench bench-batches bench-large jars signatures lock dist cluster-up cluster-down cluster-test hdfs-up hdfs-down hdfs-test s3-up s3-down s3-test spark-test clean
.PHONY: kafka-up kafka-down kinesis-up kinesis-down kafka-test kinesis-test
.PHONY: serve-demo serve-shots redis-up redis-down postgresql-up postgresql-down serve-test
.PHONY: lambda
.PHONY: stream-demo airflow-up airflow-down airflow-demo airflow-shots airflow-test production-test servers-test

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/core ## land real data, publish two releases, print newsfeeds; needs neither Java nor a server
	@rm -rf data/lake-demo
	$(BIN)/newsfeed land $(LDBC)/snapshot --format ldbc $(DEMO)
	$(BIN)/newsfeed run $(DEMO)
	$(BIN)/newsfeed land $(LDBC)/update_streams --format ldbc $(DEMO)
	$(BIN)/newsfeed run $(DEMO)
	$(BIN)/newsfeed feed 4398046511327 --limit 8 $(DEMO)
	$(BIN)/newsfeed feed 2199023255742 --limit 8 $(DEMO)
	$(BIN)/newsfeed status $(DEMO)
	@printf '\n%s\n' 'Three things to try next:'
	@printf '  $(BIN)/newsfeed %s\n' \
		"feed 4398046511327 --release 1 $(DEMO)" \
		"sql 'SELECT author_id, count(*) AS posts FROM posts GROUP BY author_id ORDER BY posts DESC LIMIT 5' $(DEMO)" \
		"run --cap 20 --replies all --no-own-posts $(DEMO)"

test: .venv/dev ## run all tests that need Python alone: not those of Apache Spark, nor those of servers
	$(BIN)/python -m pipelines.compiled
	$(BIN)/pytest -n 3 # on two cores: some wait for processes that they start

soak: .venv/dev ## compare the views of many more random histories with the reference (SEEDS=10000)
	HISTORIES=$(or $(SEEDS),10000) $(BIN)/pytest tests/laws/test_reference.py -k many

mutate: .venv/dev ## break each rule of the meaning, one at a time, and show which test notices (RULES="words in them"); installs Debian's redis-server and postgresql where they are missing
	.ci/debian redis-server postgresql
	$(BIN)/python -m mutations "$(RULES)"

faults: .venv/dev ## let commands meet faults, at any file operation and of any file (WORDS="land kill" SEED=1 SAMPLE=60, 0: all)
	$(BIN)/python -m pipelines.compiled
	$(BIN)/python -m faults "$(WORDS)" --seed $(or $(SEED),1) --sample $(or $(SAMPLE),60)

check: .venv/dev ## format, lint, types, and which module may import which
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/core ## write docs/data-dictionary.md anew, from what the code declares
	$(BIN)/newsfeed describe --markdown > docs/data-dictionary.md

bench: .venv/dev ## measure and draw ours beside DuckDB, Polars and a copy; with Java also Spark, 2 minutes a turn (SCALE=S CAP=200 REPEAT=3)
	$(BIN)/python -m benchmarks $(or $(SCALE),S) $(TURNS) --plot docs/benchmarks-$(or $(SCALE),S).svg

bench-batches: .venv/dev ## measure what batches cost beside a rebuild, and hour after hour (SCALE=S HOURS=48), some minutes each
	$(BIN)/python -m benchmarks $(or $(SCALE),S) --only batches --cap $(or $(CAP),800) --repeat $(or $(REPEAT),3)
	$(BIN)/python -m benchmarks.curve $(or $(HOURS),48) --keep 24

bench-large: .venv/dev ## the same with ten times as much of everything
	$(BIN)/python -m benchmarks L $(TURNS)

jars: .venv/dev ## fetch the Delta jars for Apache Spark from Maven into .cache/jars; needs Java
	$(BIN)/python -m pipelines.engines.jars

cluster-up: .venv/dev ## start a Spark cluster at spark://127.0.0.1:17077, its page at http://127.0.0.1:18180; fetches the Delta jars from Maven; needs Java
	$(BIN)/python -m tests.servers.cluster up

cluster-down: .venv/dev ## stop it; what its executors printed stays in .servers/cluster
	$(BIN)/python -m tests.servers.cluster down

cluster-test: dist ## run the tests of a Spark cluster, on one of their own; fetches the Delta jars from Maven; needs Java
	$(BIN)/pytest -m servers tests/servers/test_cluster.py

spark-test: .venv/dev ## run the tests of Apache Spark in some minutes; fetches the Delta jars from Maven; needs Java
	$(BIN)/python -m pipelines.compiled
	$(BIN)/pytest -n 2 -m spark

hdfs-up: .venv/dev ## start an HDFS at hdfs://127.0.0.1:9820, over HTTP at webhdfs://127.0.0.1:9870; fetches its servers' jar from Maven; needs Java
	$(BIN)/python -m tests.servers.hdfs up

hdfs-down: .venv/dev ## stop it; its files stay in .servers/hdfs
	$(BIN)/python -m tests.servers.hdfs down

hdfs-test: .venv/dev ## run the tests of HDFS, on one of their own; fetches its servers' jar from Maven; needs Java
	$(BIN)/python -m pipelines.compiled
	$(BIN)/pytest -m servers tests/servers/test_hdfs.py

kafka-up: .venv/dev ## start a Kafka at kafka://127.0.0.1:9830; fetches its jars, 43 MB, from Maven; needs Java
	$(BIN)/python -m tests.servers.kafka up

kafka-down: .venv/dev ## stop it; its topics stay in .servers/kafka
	$(BIN)/python -m tests.servers.kafka down

kinesis-up: .venv/dev ## start what stands in for Kinesis at http://127.0.0.1:9835; fetches it, 5 MB, by npm; needs Node.js
	$(BIN)/python -m tests.servers.kinesis up

kinesis-down: .venv/dev ## stop it; its streams stay in .servers/kinesis
	$(BIN)/python -m tests.servers.kinesis down

kafka-test: .venv/dev ## run the tests of Kafka, on one of their own; fetches its jars from Maven; needs Java
	$(BIN)/python -m pipelines.compiled
	$(BIN)/pytest -n 2 -m servers tests/servers/streams -k "not kinesis and not kinesalite"

kinesis-test: .venv/dev ## run the tests of what stands in for Kinesis, on some of their own; fetches these by npm; needs Node.js
	$(BIN)/python -m pipelines.compiled
	$(BIN)/pytest -n 2 -m servers tests/servers/streams -k "kinesis or kinesalite"

redis-up: .venv/dev ## start a Redis at redis://127.0.0.1:9840/0; installs Debian's redis-server where it is missing
	.ci/debian redis-server
	$(BIN)/python -m tests.servers.redis up

redis-down: .venv/dev ## stop it; what it has stays in .servers/redis
	$(BIN)/python -m tests.servers.redis down

postgresql-up: .venv/dev ## start a PostgreSQL, and print its URL with its password; installs Debian's postgresql where it is missing
	.ci/debian postgresql
	$(BIN)/python -m tests.servers.postgresql up

postgresql-down: .venv/dev ## stop it; what it has stays in .servers/postgresql
	$(BIN)/python -m tests.servers.postgresql down

serve-demo: .venv/dev ## serve real data at http://127.0.0.1:8480, with its page, and show how what one posts is seen by another; until Ctrl-C
	$(BIN)/python -m pipelines.compiled
	$(BIN)/python -m tests.servers.serve_demo

serve-shots: .venv/dev ## take the pictures of docs/serving.md; installs Debian's chromium where it is missing
	.ci/debian chromium
	$(BIN)/python -m tests.servers.serving_shots

serve-test: .venv/dev ## run the tests of stores that are servers, on some of their own, and of pages in a browser; installs Debian's redis-server, postgresql and chromium where they are missing
	.ci/debian redis-server postgresql chromium
	$(BIN)/python -m pipelines.compiled
	$(BIN)/pytest -n 2 -m servers $(wildcard tests/servers/stores tests/servers/serving)

stream-demo: .venv/dev ## produce live traffic for a minute to a Kafka on loopback, follow it, show what is served and how fresh; needs Java; fetches Kafka from Maven
	$(BIN)/python -m pipelines.compiled
	$(BIN)/python -m tests.servers.stream_demo

signatures: .venv/dev ## list anew which functions commands compile, so that they are compiled on all cores
	$(BIN)/python -m tests.signatures

s3-up: .venv/dev ## start an object store at http://127.0.0.1:9825 with the bucket s3://lake; it keeps all in memory
	$(BIN)/python -m tests.servers.s3 up

s3-down: .venv/dev ## stop it, and with it all that it has
	$(BIN)/python -m tests.servers.s3 down

s3-test: .venv/dev ## run the tests of object stores, on some of their own, two files at a time
	$(BIN)/python -m pipelines.compiled
	$(BIN)/pytest -n 2 -m servers tests/servers/object_stores

airflow-up: .venv/dev ## start an Airflow with the DAGs, at http://127.0.0.1:18088; its inbox and lake are in .servers/airflow
	$(BIN)/python -m tests.servers.airflow up

airflow-down: ## stop it
	$(BIN)/python -m tests.servers.airflow down

airflow-demo: .venv/dev ## start it anew, land a real network through its inbox by its schedule, show what becomes of it
	$(BIN)/python -m tests.servers.airflow_demo

airflow-shots: .venv/dev ## take the pictures of docs/airflow.md of the demo's Airflow; needs Debian's chromium
	$(BIN)/python -m tests.servers.airflow_shots

airflow-test: .venv/dev ## drive an Airflow of its own: schedules, triggers, backfills, a killed scheduler; some minutes
	$(BIN)/python -m pipelines.compiled
	$(BIN)/pytest -m servers tests/servers/test_airflow.py

production-test: .venv/dev ## Airflow, a Spark cluster and HDFS together, on LDBC's data; fetches jars from Maven; needs Java; some minutes
	$(BIN)/python -m pipelines.compiled
	$(BIN)/pytest -m servers tests/servers/test_production.py

servers-test: dist ## run the tests of Apache Spark and of all servers, three at a time; fetches jars from Maven, and some by npm; needs Java; some 25 minutes
	.ci/debian redis-server postgresql chromium
	$(BIN)/pytest -n 3 -m "spark or servers"

lock: ## choose versions anew and write both locks; needs uv
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate \
		--extra airflow --extra hdfs --extra kafka --extra kinesis --extra kurrentdb --extra lineage --extra object-store \
		--extra postgresql --extra redis --extra search --extra server --extra spark --group dev -o requirements-dev.lock
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate \
		-c requirements-dev.lock -o requirements.lock

dist: .venv/dev ## build what a cluster needs into dist/: a wheel, the same as a zip for --py-files, an environment for executors that have none
	rm -rf dist build
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	cp dist/*.whl dist/newsfeed.zip
	$(BIN)/python -m pipelines.compiled
	.ci/pack dist/*.whl dist/environment.tar.gz

lambda: .venv/dev ## write the function for AWS Lambda to dist/lambda.zip, and say its size
	$(BIN)/python -m pipelines.serverless.archive dist/lambda.zip

clean: ## remove all that make has made
	find pipelines -name __pycache__ -prune -exec rm -rf {} +
	rm -rf .venv .cache dist build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache data/lake-demo data/lake-serve-demo

# A stamp says from which lock .venv was filled. The dev lock has the same versions as the core lock, and more.
.venv/core: requirements.lock
	PYTHON="$(PYTHON)" .ci/install requirements.lock
	$(command)
	touch $@

.venv/dev: requirements-dev.lock .venv/core
	PYTHON="$(PYTHON)" .ci/install requirements-dev.lock
	test -e $(BIN)/pip || $(BIN)/python -m ensurepip > /dev/null
	$(command)
	touch $@

# The project itself is a path and a command, not an installation: no build, and nothing that the locks do not pin.
define command
	$(BIN)/python -c 'import site; print(site.getsitepackages()[0])' | xargs -I {} sh -c 'echo $(CURDIR) > {}/newsfeed.pth'
	printf '#!%s\nfrom newsfeed_pipelines import script\n\nscript()\n' $(CURDIR)/$(BIN)/python > $(BIN)/newsfeed
	chmod +x $(BIN)/newsfeed
endef
