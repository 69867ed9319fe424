package acceptance

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// set is a file of acceptance/scenario: what one service is asked, and what it has
// to answer whatever client asks. It is data; nothing in it knows of a client.
//
// In inputs and expectations "${x}" stands for what a step saved as x, or for one of
// the variables that every scenario begins with (see variables).
type set struct {
	Service   string
	Scenarios []scenario
}

type scenario struct {
	Name string
	// CLI and Moto say why the aws commands, and moto, do not run it; empty if they do.
	CLI, Moto string
	Steps     []step
}

// step is one call, or one request to an address that a client has presigned.
type step struct {
	// Service is another one than the set's.
	Service string
	Call    string
	// Endpoint is another one than the platform's.
	Endpoint string
	Input    map[string]any
	// Presign is the method of the request to make to the presigned address of Call,
	// with Body as its body; Expect is then for {"status": 200, "body": "..."}.
	Presign, Body string
	// Save keeps parts of the answer: variable to path, "Messages.0.ReceiptHandle".
	Save map[string]string
	// Expect is what must be in the answer (see differs), Error the code it fails with.
	Expect any
	Error  string
	// Until repeats the call until it ends as expected.
	Until bool
}

// reply is what a client makes of an answer. Status is 0 where the client does not
// tell it.
type reply struct {
	Output  any
	Code    string
	Message string
	Status  int
}

// caller is a client of AWS's, told of a call by name.
type caller interface {
	call(t *testing.T, c call) reply
}

type call struct {
	Service   string         `json:"service"`
	Operation string         `json:"operation"`
	Endpoint  string         `json:"endpoint"`
	Input     map[string]any `json:"input"`
	// Presign asks for the presigned address of the call: {"URL": "..."}.
	Presign bool `json:"presign"`
}

func readSets(t *testing.T) []set {
	t.Helper()
	files, err := filepath.Glob("scenario/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	var sets []set
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(strings.NewReader(string(content)))
		decoder.DisallowUnknownFields()
		var one set
		if err := decoder.Decode(&one); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		sets = append(sets, one)
	}
	return sets
}

// stage is a server, a client of it, and what the scenarios may call by name.
type stage struct {
	name      string
	client    caller
	endpoint  string
	variables map[string]any
	// compared servers are held against the local platform, not against what the
	// scenarios expect.
	compared bool
}

// play runs a scenario. seen, unless nil, is shown every answer.
func (s *stage) play(t *testing.T, service string, number int, one scenario, seen func(step, reply)) {
	t.Helper()
	minute := time.Now().UTC().Truncate(time.Minute)
	variables := map[string]any{
		"name": fmt.Sprintf("%s-%s-%d", s.name, service, number), "endpoint": s.endpoint, "millis": time.Now().UnixMilli(),
		"minute": minute.Format(time.RFC3339), "later": minute.Add(5 * time.Minute).Format(time.RFC3339),
	}
	maps.Copy(variables, s.variables)
	for i, step := range one.Steps {
		step.Service = cmp.Or(step.Service, service)
		got, err := s.make(t, step, variables)
		if seen != nil {
			seen(step, got)
		}
		for variable, path := range step.Save {
			if variables[variable] = part(got.Output, path); variables[variable] == nil && err == nil {
				err = fmt.Errorf("no %s in %s", path, text(got.Output))
			}
		}
		if err != nil && !s.compared {
			t.Errorf("step %d, %s: %v", i+1, step.Call, err)
			return
		}
	}
}

// patient is how long a step may repeat its call.
const patient = 20 * time.Second

func (s *stage) make(t *testing.T, one step, variables map[string]any) (got reply, err error) {
	input, _ := filled(one.Input, variables).(map[string]any)
	c := call{
		Service: one.Service, Operation: one.Call, Input: input, Presign: one.Presign != "",
		Endpoint: cmp.Or(fmt.Sprint(filled(one.Endpoint, variables)), s.endpoint),
	}
	for deadline := time.Now().Add(patient); ; time.Sleep(100 * time.Millisecond) {
		got = s.client.call(t, c)
		if c.Presign && got.Code == "" {
			got = request(t, one.Presign, fmt.Sprint(part(got.Output, "URL")), one.Body)
		}
		if err = one.judge(got, variables); err == nil || !one.Until || time.Now().After(deadline) {
			return got, err
		}
	}
}

func (one step) judge(got reply, variables map[string]any) error {
	if got.Code != one.Error {
		return fmt.Errorf("error %q (%s), want %q", got.Code, got.Message, one.Error)
	}
	if one.Expect == nil {
		return nil
	}
	if why := differs(filled(one.Expect, variables), got.Output); why != "" {
		return fmt.Errorf("%s\nin %s", why, text(got.Output))
	}
	return nil
}

// request goes to a presigned address, as a browser would.
func request(t *testing.T, method, address, body string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, _ := io.ReadAll(response.Body)
	return reply{Output: map[string]any{"status": float64(response.StatusCode), "body": string(content)}}
}
