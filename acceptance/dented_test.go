package acceptance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/encoding/cbor"
)

// dent spoils an answer: something is missing, or is not what it should be.
type dent struct{ *rand.Rand }

// dented is how many of the answers are.
const dented = 0.3

// strange are values that no answer of AWS's has in that place.
var strange = []any{nil, "", "\x00", 0.0, -1.0, 1e300, true, []any{}, map[string]any{}, "9999-99-99", strings.Repeat("x", 1<<10)}

var strangeCBOR = []cbor.Value{&cbor.Nil{}, cbor.String(""), cbor.Uint(0), cbor.NegInt(1), cbor.Float64(1e300), cbor.Bool(true), cbor.List{}, cbor.Map{}}

// answer dents one in three answers, but for who one is: without that, no command goes
// any further. The same seed and request, the same dent.
func answer(seed int, r *http.Response) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	of := fnv.New64a()
	_, _ = fmt.Fprint(of, r.Request.URL, r.Request.Header["X-Amz-Target"], r.Request.ContentLength) // a hash takes anything
	if d := (dent{rand.New(rand.NewPCG(uint64(seed), of.Sum64()))}); d.Float64() < dented && !strings.Contains(r.Request.Header.Get("Authorization"), "/sts/") {
		body = d.body(r.Header.Get("Content-Type"), body)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	r.Header.Del("X-Amz-Crc32")
	return nil
}

func (d dent) body(kind string, body []byte) []byte {
	switch {
	case d.IntN(20) == 0:
		return body[:d.IntN(len(body)+1)]
	case strings.Contains(kind, "cbor"):
		return d.cbor(body)
	case strings.Contains(kind, "json"), json.Valid(body):
		return d.json(body)
	case strings.Contains(kind, "xml"):
		return d.xml(body)
	}
	return body
}

func (d dent) json(body []byte) []byte {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return body
	}
	spoilt, _ := json.Marshal(d.value(v)) // made of what was read
	return spoilt
}

// value spoils one value, somewhere within v.
func (d dent) value(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) > 0 {
			return within(d, v, d.value)
		}
	case []any:
		if len(v) > 0 {
			return among(d, v, d.value)
		}
	}
	return strange[d.IntN(len(strange))]
}

// within spoils or takes away one member of an object that is not empty.
func within[V any](d dent, members map[string]V, spoil func(V) V) map[string]V {
	names := slices.Sorted(maps.Keys(members))
	name := names[d.IntN(len(names))]
	if d.IntN(3) == 0 {
		delete(members, name)
	} else {
		members[name] = spoil(members[name])
	}
	return members
}

// among spoils one element of a list that is not empty, or has it come twice.
func among[V any](d dent, elements []V, spoil func(V) V) []V {
	i := d.IntN(len(elements))
	if d.IntN(4) == 0 {
		return append(elements, elements[i])
	}
	elements[i] = spoil(elements[i])
	return elements
}

func (d dent) cbor(body []byte) []byte {
	v, err := cbor.Decode(body)
	if err != nil {
		return body
	}
	return cbor.Encode(d.valueCBOR(v))
}

func (d dent) valueCBOR(v cbor.Value) cbor.Value {
	switch v := v.(type) {
	case cbor.Map:
		if len(v) > 0 {
			return cbor.Map(within(d, v, d.valueCBOR))
		}
	case cbor.List:
		if len(v) > 0 {
			return cbor.List(among(d, v, d.valueCBOR))
		}
	}
	return strangeCBOR[d.IntN(len(strangeCBOR))]
}

var element = regexp.MustCompile(`<(\w+)>([^<>]*)</\w+>`)

// xml spoils one innermost element.
func (d dent) xml(body []byte) []byte {
	all := element.FindAllSubmatchIndex(body, -1)
	if len(all) == 0 {
		return nil
	}
	at := all[d.IntN(len(all))]
	switch d.IntN(3) {
	case 0:
		return slices.Concat(body[:at[0]], body[at[1]:])
	case 1:
		return slices.Concat(body[:at[4]], body[at[5]:])
	}
	return slices.Concat(body[:at[4]], []byte("-1"), body[at[5]:])
}

// denting is a server before another, which dents its answers.
func denting(t *testing.T, endpoint string, seed int) string {
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host }, // the signature is over the Host
		ModifyResponse: func(r *http.Response) error { return answer(seed, r) },
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(server.Close)
	return server.URL
}

// dentedCommands are those that read, and some that write.
var dentedCommands = [][]string{
	{"status"}, {"status", "--overview"}, {"status", "--json"}, {"outputs"}, {"outputs", "--json"}, {"diff"}, {"envs"}, {"dotenv"},
	{"metrics"}, {"metrics", "ai-processor.p95", "--compare", "yesterday"}, {"metrics", "--json"}, {"alarms", "list"}, {"alarms", "history"}, {"changes"}, {"changes", "--json"},
	{"alarms", "mute", "ai-processor-errors-broken", "--for", "1h"}, {"functions", "list"}, {"functions", "pause", "email-processor"}, {"functions", "resume", "email-processor"},
	{"logs", "tail", "--since", "1h", "--no-follow"}, {"logs", "errors"}, {"logs", "invocations", "ai-processor"}, {"logs", "job", "k1"}, {"logs", "query", "fields @message | limit 3"},
	{"queues", "list"}, {"queues", "list", "--json"}, {"queues", "peek", "ai-processing-dlq"}, {"queues", "causes", "ai-processing"},
	{"queues", "export", "ai-processing-dlq", "out.jsonl"}, {"queues", "redrive", "ai-processing"},
	{"secrets", "list"}, {"secrets", "history", "ai"}, {"secrets", "list", "--json"}, {"deploy"}, {"bootstrap"},
}

// abroad is a user whose AWS is a home's local platform, reached at an endpoint.
func (h *home) abroad(t *testing.T, config aws.Config, endpoint string) *home {
	key, err := config.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return newHome(t).with("AWS_ENDPOINT_URL="+endpoint, "AWS_REGION="+config.Region, "AWS_ACCESS_KEY_ID="+key.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY="+key.SecretAccessKey, "KEYVEX_PATIENCE=5s")
}

// wandered opens the console, goes through its pages and into what is on them, and gives
// the last screen.
func (h *home) wandered(seed int) string {
	s := h.open(120, 40, "tui", "-e", "development")
	for _, key := range strings.Fields("1 Enter j Enter Escape Escape a Escape 2 j Enter = Escape 3 k Enter Escape / e Enter 4 Enter j Enter a Escape Escape 5 j Enter Escape 6 j Enter Escape 1 l Escape m r") {
		s.press(key)
		time.Sleep(time.Duration(100+50*(seed%4)) * time.Millisecond) // answers come in between
	}
	return s.text()
}

func TestNoAnswerEndsACommandInAPanicOrNever(t *testing.T) {
	seeds, _ := strconv.Atoi(os.Getenv("KEYVEX_SEEDS"))
	if seeds == 0 {
		t.Skip("SKIPPED: takes half a minute for each of the KEYVEX_SEEDS; make figures runs it")
	}
	h := quick(t)
	config := h.awsConfig()
	plain := h.abroad(t, config, *config.BaseEndpoint)
	plain.must("bootstrap", "-e", "development")
	plain.must("deploy", "-e", "development", "--yes")
	for i := range 5 {
		plain.must("queues", "send", "ai-processing-dlq", fmt.Sprintf(`{"jobId":"j%d"}`, i), "--unchecked", "-e", "development", "--yes")
		plain.must("queues", "send", "ai-processing", fmt.Sprintf(`{"jobId":"k%d"}`, i), "--unchecked", "-e", "development", "--yes")
	}
	for seed := range seeds {
		abroad := h.abroad(t, config, denting(t, *config.BaseEndpoint, seed))
		for _, args := range dentedCommands {
			out := abroad.run(append(slices.Clone(args), "-e", "development", "--yes")...)
			what := fmt.Sprintf("seed %d, keyvex %s: exit %d after %s\n%s%s", seed, strings.Join(args, " "), out.code, out.took.Round(time.Millisecond), out.stdout, out.stderr)
			t.Log(what)
			if strings.Contains(out.stderr, "goroutine ") || !slices.Contains([]int{0, 1, 3, 4, 5, 6, 8}, out.code) || out.took > time.Minute {
				t.Error("it panicked, took for ever, or was refused: ", what)
			}
		}
		if shown := abroad.wandered(seed); strings.Contains(shown, "ended with") || !strings.Contains(shown, "development") {
			t.Errorf("seed %d, the console ended:\n%s", seed, shown)
		}
	}
}
