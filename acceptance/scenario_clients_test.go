package acceptance

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/coder/websocket"

	"github.com/keyvex/keyvex/internal/platform"
)

// An answer that one client understands may be none to another: they differ in
// protocol (SQS and CloudWatch have three), in how they read absent members, times
// and error codes. So the same scenarios run through all of them.
func TestTheSameScenariosEndAlikeThroughEveryClient(t *testing.T) {
	sets := readSets(t)
	application := newApplication(t)
	h, told := application.home, application.vars
	config := h.aws()
	heard := h.listen(config, told["WEBSOCKET_API_ENDPOINT"])
	at := map[string]any{
		"account": "000000000000", "region": config.Region, "function": local.FunctionName(platform.AIProcessor),
		"redis": number(t, told["REDIS_PORT"]), "connection": heard.id,
		"management": "http" + strings.TrimPrefix(told["WEBSOCKET_API_ENDPOINT"], "ws"),
	}
	keys := append(slices.Clone(h.env), "AWS_REGION="+config.Region, "AWS_DEFAULT_REGION="+config.Region, "AWS_PAGER=",
		"AWS_ACCESS_KEY_ID="+told["AWS_ACCESS_KEY_ID"], "AWS_SECRET_ACCESS_KEY="+told["AWS_SECRET_ACCESS_KEY"])

	clients := map[string]func(*testing.T) caller{
		"sdk":   func(*testing.T) caller { return sdk{config} },
		"boto3": func(t *testing.T) caller { return newBoto(t, keys) },
	}
	t.Run("clients", func(t *testing.T) {
		for _, path := range awsCLIs(t) {
			version := h.exec(path, "--version")
			second := strings.Contains(version.stdout+version.stderr, "aws-cli/2")
			clients[map[bool]string{false: "aws1", true: "aws2"}[second]] = func(t *testing.T) caller {
				return newCLI(t, &home{t: t, env: keys, dir: t.TempDir()}, path, second)
			}
		}
	})
	var present sync.Map // those that are not on this machine have skipped
	t.Run("scenarios", func(t *testing.T) {
		for name, open := range clients {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := stage{name: name, client: open(t), endpoint: *config.BaseEndpoint, variables: at}
				present.Store(name, true)
				for _, set := range sets {
					for i, one := range set.Scenarios {
						t.Run(set.Service+" "+one.Name, func(t *testing.T) {
							if one.CLI != "" && strings.HasPrefix(name, "aws") {
								t.Skipf("SKIPPED: %s", one.CLI)
							}
							s.play(t, set.Service, i, one, nil)
						})
					}
				}
			})
		}
	})
	for name := range present.Range {
		if want := fmt.Sprintf("told by %s-apigatewaymanagementapi-0", name); !heard.hears(want) {
			t.Errorf("the socket did not hear %q", want)
		}
	}
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// ear is a browser's socket and what it has heard.
type ear struct {
	id   string
	said chan string
	all  []string
}

// listen opens a socket and finds the id of its connection in the table.
func (h *home) listen(config aws.Config, address string) *ear {
	h.t.Helper()
	socket, _, err := websocket.Dial(h.t.Context(), address, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	e := &ear{said: make(chan string, 100)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			_, content, err := socket.Read(ctx)
			if err != nil {
				return
			}
			e.said <- string(content)
		}
	}()
	h.t.Cleanup(func() { cancel(); <-done; _ = socket.CloseNow() })
	out, err := dynamodb.NewFromConfig(config).Scan(h.t.Context(), &dynamodb.ScanInput{
		TableName: aws.String(local.TableName()), FilterExpression: aws.String("SK = :kind"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":kind": &types.AttributeValueMemberS{Value: "CONNECTION"}},
	})
	if err != nil || len(out.Items) != 1 {
		h.t.Fatalf("the table has %d connections, not one: %v", len(out.Items), err)
	}
	key, _ := out.Items[0]["PK"].(*types.AttributeValueMemberS)
	e.id = strings.TrimPrefix(key.Value, "CONNECTION#")
	return e
}

// hears reports whether that was said, or is being said.
func (e *ear) hears(what string) bool {
	for !slices.Contains(e.all, what) {
		select {
		case said := <-e.said:
			e.all = append(e.all, said)
		case <-time.After(5 * time.Second):
			return false
		}
	}
	return true
}
