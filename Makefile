# keyvex: one binary that runs the Keyvex back end.
#
#   make demo     build it, deploy all six stacks into the local platform, and have users work with it
#   make test     everything that needs no more than Go and make
#   make          build bin/keyvex

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
LDFLAGS := -s -w -X github.com/keyvex/keyvex/internal/cli.build=$(VERSION)
LINTER  := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.2

# Not inlined, the code of these packages makes the binary 4 MB smaller: it waits for the
# network, or is seldom called.
SELDOM := $(addprefix github.com/,aws openai anthropics redis alicebob yuin johannesboyne sendgrid spf13 pelletier coder) go.yaml.in \
	$(addprefix github.com/keyvex/keyvex/internal/,cli deploy metrics queues secrets dotenv config $(addprefix sandbox/,cloudformation cloudtrail iam ec2 elasticache kms ssm sts cloudfront sns secretsmanager daemon))
SMALL  := $(foreach path,$(SELDOM),-gcflags=$(path)/...=-l)

# What the functions' zips are made of: they are built again when it changes.
BUNDLES := lambdas/bundle/zips/manifest.json
LAMBDAS := go.mod $(shell find lambdas internal/platform -name '*.go' -not -name '*_test.go') $(wildcard lambdas/schema/*.json)

# The source that keyvex eject writes out, packed.
PACKED := bin/source.zst
SOURCE := go.mod go.sum source.go $(shell find internal/clock internal/lazy internal/platform internal/problem internal/eject lambdas stacks -type f -not -path '*/zips/functions.zst' -not -path '*/zips/manifest.json')

# The race detector needs a C compiler; without one the tests run without it. It has every
# process sleep a second at its end unless told otherwise. The lint vets.
RACE := $(if $(shell command -v gcc),CGO_ENABLED=1 GORACE=atexit_sleep_ms=20 go test -race,go test) -vet=off

export CGO_ENABLED := 0
# jsii prints an end-of-life banner over everything under Node 20.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

.PHONY: build demo test peers figures screenshots synth bundle lint clean

build: $(BUNDLES) $(PACKED) ## bin/keyvex, with the functions' zips in it
	@echo "building keyvex (first time about two minutes, then seconds)"
	@go build -trimpath -tags lambda.norpc,packed -ldflags "$(LDFLAGS)" $(SMALL) -o bin/keyvex ./cmd/keyvex

demo: build ## the whole back end at work, on this machine
	@bin/keyvex deploy --env local --yes
	@if [ -t 0 ] && [ -t 1 ]; then \
		bin/keyvex local traffic --for 15s --poison --errors 0 && bin/keyvex tui --env local --demo; \
	else \
		bin/keyvex local traffic --for 10s --poison && bin/keyvex status --env local --overview; \
	fi

test: ## all tests; those that need a party that is not here say so and skip
	@for party in gcc node aws moto_server cfn-lint; do \
		command -v $$party >/dev/null || echo "SKIPPED: no $$party on this machine, the tests that need it are left out"; done
	$(RACE) -shuffle=on ./cmd/... ./internal/... ./lambdas/...
	go test -vet=off -shuffle=on -parallel 6 . ./stacks/... ./internal/metrics ./internal/tui/overview ./internal/sandbox/cloudwatch/series ./lambdas/bundle ./acceptance # which mostly wait

peers: build ## held against cdk, which comes from npm, and killed more often
	KEYVEX_PEERS=1 KEYVEX_KILLS=5 KEYVEX_BINARY=$(CURDIR)/bin/keyvex go test -count=1 -v -run 'CDK|Killed' ./acceptance

figures: build ## the figures, measured and held against their targets
	KEYVEX_FIGURES=1 KEYVEX_PEERS=1 KEYVEX_BINARY=$(CURDIR)/bin/keyvex go test -count=1 -v -run 'StartingUp|Unchanged|CriticalPath|FirstFrame|Idle|Backlog|LineIsFollowed|TenThousand' ./acceptance
	KEYVEX_SEEDS=10 KEYVEX_BINARY=$(CURDIR)/bin/keyvex go test -count=1 -v -timeout 20m -run NoAnswerEnds ./acceptance
	KEYVEX_SEEDS=1000 go test -count=1 -v -run NoInterleaving ./internal/secrets
	KEYVEX_LEAK=1 go test -count=1 -v -run NoValueLeaves ./internal/cli
	KEYVEX_LOG_VOLUME=10000000 KEYVEX_BINARY=$(CURDIR)/bin/keyvex go test -count=1 -v -timeout 20m -run LogsOfTheConsole ./acceptance
	KEYVEX_EVENTS=100000 go test -count=1 -v -run 'WholeConsole|AtRandom' ./internal/cli ./internal/tui
	KEYVEX_FIGURES=1 KEYVEX_LOG_LINES=1000000 KEYVEX_LOG_VOLUME=10000000 go test -count=1 -v -timeout 30m -run 'NoLine|Memory|AKey' ./internal/logs ./internal/tui/logs

screenshots: build ## docs/screens: the demo's screens, as the console draws them itself (needs tmux)
	mkdir -p docs/screens
	KEYVEX_SCREENS=$(CURDIR)/docs/screens KEYVEX_BINARY=$(CURDIR)/bin/keyvex go test -count=1 -v -run 'Demo' ./acceptance

synth: ## stacks/assembly from stacks (needs Node 20 or later)
	go run ./stacks/cmd/synth

bundle: ## the four functions for AWS, which the binary embeds
	go run ./lambdas/bundle/build

# Whatever is in the folder is embedded, so it is emptied first.
$(BUNDLES): $(LAMBDAS)
	@echo "building the four functions for AWS"
	@rm -f $(filter-out %/README.md,$(wildcard lambdas/bundle/zips/*))
	@go run ./lambdas/bundle/build

$(PACKED): $(SOURCE)
	@go run ./internal/eject/pack $@

# The linter's cache remembers absolute paths: shared between checkouts it reports files of one that is gone.
lint: export GOLANGCI_LINT_CACHE = $(CURDIR)/bin/lint-cache
lint: ## golangci-lint, the import rules among it
	go run $(LINTER) run ./...

clean:
	rm -rf bin lambdas/bundle/zips/functions.zst lambdas/bundle/zips/manifest.json
