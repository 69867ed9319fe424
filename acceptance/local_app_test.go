package acceptance

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/coder/websocket"
	"github.com/redis/go-redis/v9"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/daemon"
	"github.com/keyvex/keyvex/lambdas/store"
)

// page is where a Next.js application's pages come from in development.
const page = "http://localhost:3000"

// application is a Next.js application: it knows what keyvex dotenv printed, and no
// more.
type application struct {
	*home
	vars map[string]string
}

func newApplication(t *testing.T) *application {
	t.Helper()
	h := newHome(t)
	h.must("local", "up", "--pace", "100000")
	h.must("deploy", "-e", "local", "--yes")
	return h.application()
}

func (h *home) application() *application {
	h.t.Helper()
	a := &application{home: h, vars: map[string]string{}}
	for line := range strings.Lines(h.must("dotenv", "-e", "local").stdout) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			a.vars[name] = value
		}
	}
	return a
}

// config is what the SDK makes of the variables.
func (a *application) config() aws.Config {
	return aws.Config{
		Region: a.vars["AWS_REGION"], BaseEndpoint: aws.String(a.vars["AWS_ENDPOINT_URL"]),
		Credentials: credentials.NewStaticCredentialsProvider(a.vars["AWS_ACCESS_KEY_ID"], a.vars["AWS_SECRET_ACCESS_KEY"], ""),
	}
}

func (a *application) table() *store.Table {
	return store.New(dynamodb.NewFromConfig(a.config()), a.vars["DYNAMODB_TABLE_NAME"])
}

// fetch sends a request as a page in a browser does.
func (a *application) fetch(method, address, origin string, body []byte, header ...string) (*http.Response, string) {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if origin != "" {
		request.Header.Set("Origin", origin)
		request.Header.Set("Referer", origin+"/")
		request.Header.Set("Sec-Fetch-Mode", "cors")
		request.Header.Set("Sec-Fetch-Site", "cross-site")
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return response, string(text)
}

// soon waits until what is asked for is there.
func soon(t *testing.T, what string, there func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if there() {
			return
		}
	}
	t.Errorf("%s: not within 30 s", what)
}

func TestAnApplicationFindsEverythingByItsVariables(t *testing.T) {
	t.Parallel()
	a := newApplication(t)
	for name, value := range a.vars {
		if value == "" || strings.Contains(value, "localhost") || strings.Contains(value, "amazonaws.com") {
			t.Errorf("%s=%s", name, value)
		}
	}
	t.Run("uploads", a.uploads)
	t.Run("queues", a.queues)
	t.Run("redis", a.redis)
	t.Run("rest and sockets", a.posts)
	t.Run("content delivery", a.delivers)
}

// uploads has a page put a file by a presigned URL, which a browser asks leave for.
func (a *application) uploads(t *testing.T) {
	client := s3.NewFromConfig(a.config(), func(o *s3.Options) { o.UsePathStyle = true })
	bucket, key := a.vars["S3_USER_UPLOADS_BUCKET"], "users/debug-user-123/Foto ä+1.png"
	put, err := s3.NewPresignClient(client).PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, ContentType: aws.String("image/png")})
	if err != nil {
		t.Fatal(err)
	}
	wanted := []string{"Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "content-type"}
	response, _ := a.fetch("OPTIONS", put.URL, page, nil, wanted...)
	allowed := response.Header
	if response.StatusCode != http.StatusOK || allowed.Get("Access-Control-Allow-Origin") != page ||
		!strings.Contains(allowed.Get("Access-Control-Allow-Methods"), "PUT") || !strings.Contains(strings.ToLower(allowed.Get("Access-Control-Allow-Headers")), "content-type") {
		t.Errorf("preflight: %s %v", response.Status, allowed)
	}
	if response, _ := a.fetch("OPTIONS", put.URL, "https://evil.example", nil, wanted...); response.StatusCode != http.StatusForbidden {
		t.Errorf("another page's preflight: %s", response.Status)
	}
	content := []byte("\x89PNG of sorts")
	response, text := a.fetch("PUT", put.URL, page, content, "Content-Type", "image/png")
	if response.StatusCode != http.StatusOK || response.Header.Get("ETag") == "" || response.Header.Get("Access-Control-Allow-Origin") != page ||
		!strings.Contains(response.Header.Get("Access-Control-Expose-Headers"), "ETag") {
		t.Errorf("upload: %s %v %s", response.Status, response.Header, text)
	}
	get, err := s3.NewPresignClient(client).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	if response, text := a.fetch("GET", get.URL, "", nil); text != string(content) || response.Header.Get("Content-Type") != "image/png" {
		t.Errorf("download: %s %v %q", response.Status, response.Header, text)
	}
	if response, _ := a.fetch("PUT", strings.Replace(put.URL, "X-Amz-Signature=", "X-Amz-Signature=0", 1), page, content); response.StatusCode != http.StatusForbidden {
		t.Errorf("a forged URL: %s", response.Status)
	}
}

// queues has the server side write to each queue, and read what the functions made of it.
func (a *application) queues(t *testing.T) {
	now := time.Now().UTC()
	client, table := sqs.NewFromConfig(a.config()), a.table()
	for variable, body := range map[string]string{
		"SQS_AI_PROCESSING_QUEUE_URL": `{"version":1,"jobId":"job-q","userId":"u-q","kind":"chat","toolId":"t-q","input":{"prompt":"hello"}}`,
		"SQS_ANALYTICS_QUEUE_URL":     `{"version":1,"interactionId":"i-q","toolId":"t-q","type":"view","occurredAt":"` + now.Format(time.RFC3339) + `"}`,
		"SQS_EMAIL_QUEUE_URL":         `{"version":1,"leadId":"l-q","toolId":"t-q","email":"ada@example.com"}`,
	} {
		if _, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(a.vars[variable]), MessageBody: &body}); err != nil {
			t.Errorf("%s: %v", variable, err)
		}
	}
	soon(t, "the job's session", func() bool {
		session, err := table.Session(t.Context(), "job-q")
		return err == nil && session.UserID == "u-q" && session.Messages == 2 && session.LastError == ""
	})
	soon(t, "the day's count", func() bool {
		day, err := table.Daily(t.Context(), now.Format(time.DateOnly), "t-q")
		return err == nil && day.Total == 1
	})
	soon(t, "the lead", func() bool {
		leads, err := table.LeadsAt(t.Context(), "ada@example.com")
		return err == nil && len(leads) == 1 && leads[0].ToolID == "t-q"
	})
	if sessions, err := table.SessionsOfTool(t.Context(), "t-q"); err != nil || len(sessions) != 1 {
		t.Errorf("the tool's sessions: %+v, %v", sessions, err)
	}
}

// redis connects with the certificate of the platform's authority and the token of
// the database's secret.
func (a *application) redis(t *testing.T) {
	info, err := daemon.Status(t.Context(), filepath.Join(a.dir, "keyvex", "state"))
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := os.ReadFile(info.CAFile)
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(certificate) {
		t.Fatalf("no certificate in %q: %v", info.CAFile, err)
	}
	read, err := secretsmanager.NewFromConfig(a.config()).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(a.vars["DATABASE_SECRETS_ARN"])})
	if err != nil {
		t.Fatal(err)
	}
	var secret map[string]string
	if err := json.Unmarshal([]byte(*read.SecretString), &secret); err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort(a.vars["REDIS_ENDPOINT"], a.vars["REDIS_PORT"])
	for name, c := range map[string]struct {
		trust *tls.Config
		token string
		fails string
	}{
		"as it should be": {&tls.Config{RootCAs: roots}, secret[platform.RedisAuthTokenKey], ""},
		"another token":   {&tls.Config{RootCAs: roots}, "wrong", "WRONGPASS"},
		"no token":        {&tls.Config{RootCAs: roots}, "", "NOAUTH"},
		"no TLS":          {nil, secret[platform.RedisAuthTokenKey], "EOF"},
		"no trust":        {&tls.Config{}, secret[platform.RedisAuthTokenKey], "certificate"},
	} {
		client := redis.NewClient(&redis.Options{Addr: address, Password: c.token, TLSConfig: c.trust, MaxRetries: -1, DialerRetries: 1})
		err := client.Set(t.Context(), "greeting", "hello", time.Minute).Err()
		if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: %v, want %q", name, err, c.fails)
		}
		if text, err := client.Get(t.Context(), "greeting").Result(); c.fails == "" && (err != nil || text != "hello") {
			t.Errorf("%s: got %q, %v", name, text, err)
		}
		_ = client.Close()
	}
}

// heard reads a socket until a job has ended, and gives its text.
func heard(t *testing.T, socket *websocket.Conn, jobID string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	text := ""
	for {
		_, raw, err := socket.Read(ctx)
		if err != nil {
			t.Fatalf("no end of %s: %v, heard %q", jobID, err, text)
		}
		var m struct{ Type, JobID, Text, Reason string }
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		switch {
		case m.JobID != jobID:
		case m.Type == "delta":
			text += m.Text
		case m.Type == "done":
			return text
		default:
			t.Fatalf("%s: %s", jobID, raw)
		}
	}
}

// posts has the server side post jobs with the API key, and pages listen: as the
// debug user without a token, and as somebody who is signed in.
func (a *application) posts(t *testing.T) {
	name := local.APIKeyName()
	keys, err := apigateway.NewFromConfig(a.config()).GetApiKeys(t.Context(), &apigateway.GetApiKeysInput{NameQuery: &name, IncludeValues: aws.Bool(true)})
	if err != nil || len(keys.Items) != 1 {
		t.Fatalf("keys %+v, %v", keys, err)
	}
	token := a.token(t, "user_ada", page)
	for user, query := range map[string]string{a.vars["DEBUG_USER_ID"]: "", "user_ada": "?token=" + token} {
		socket, _, err := websocket.Dial(t.Context(), a.vars["WEBSOCKET_API_ENDPOINT"]+query, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {page}}})
		if err != nil {
			t.Fatalf("%s: %v", user, err)
		}
		defer socket.CloseNow()
		if err := socket.Write(t.Context(), websocket.MessageText, []byte(`{"action":"ping"}`)); err != nil {
			t.Fatal(err)
		}
		if _, raw, err := socket.Read(t.Context()); err != nil || !strings.Contains(string(raw), `"pong"`) {
			t.Errorf("%s: the ping is answered by %s, %v", user, raw, err)
		}
		job := fmt.Sprintf(`{"version":1,"jobId":"job-%s","userId":"%s","kind":"chat","input":{"prompt":"hello"}}`, user, user)
		for _, c := range []struct {
			key, body string
			status    int
		}{{"", job, 403}, {"wrong", job, 403}, {*keys.Items[0].Value, `{"version":1}`, 400}, {*keys.Items[0].Value, job, 202}} {
			response, text := a.fetch("POST", a.vars["REST_API_ENDPOINT"]+"/v1/jobs", "", []byte(c.body), "Content-Type", "application/json", "X-Api-Key", c.key)
			if response.StatusCode != c.status {
				t.Errorf("key %q, body %s: %s %s", c.key, c.body, response.Status, text)
			}
		}
		text := heard(t, socket, "job-"+user)
		messages, err := a.table().Messages(t.Context(), "job-"+user)
		if err != nil || len(messages) != 2 || messages[1].Text != text || text == "" {
			t.Errorf("%s heard %q; stored are %+v, %v", user, text, messages, err)
		}
	}
	for why, query := range map[string]string{"no token at all": "?token=x", "another page's token": "?token=" + a.token(t, "user_eve", "https://evil.example")} {
		if _, response, err := websocket.Dial(t.Context(), a.vars["WEBSOCKET_API_ENDPOINT"]+query, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {page}}}); err == nil || response == nil || response.StatusCode != http.StatusUnauthorized && response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %v, %v", why, response, err)
		}
	}
}

// token is a session token as Clerk's stand-in signs it.
func (a *application) token(t *testing.T, user, party string) string {
	t.Helper()
	query := url.Values{"user": {user}, "azp": {party}, "ttl": {"5m"}}
	response, text := a.fetch("POST", a.vars["AWS_ENDPOINT_URL"]+"/_aws/providers/clerk/tokens?"+query.Encode(), "", nil, "Authorization", "Bearer "+a.vars["AWS_SECRET_ACCESS_KEY"])
	var signed struct{ JWT string }
	if err := json.Unmarshal([]byte(text), &signed); err != nil || signed.JWT == "" {
		t.Fatalf("no token: %s %s", response.Status, text)
	}
	return signed.JWT
}

// delivers has pages load assets by the CDN's domain.
func (a *application) delivers(t *testing.T) {
	client := s3.NewFromConfig(a.config(), func(o *s3.Options) { o.UsePathStyle = true })
	for variable, key := range map[string]string{"S3_PUBLIC_ASSETS_BUCKET": "logo.svg", "S3_TOOL_ASSETS_BUCKET": platform.ToolAssetsPrefix + "t-1/app.js"} {
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(a.vars[variable]), Key: &key, Body: strings.NewReader("of " + key), ContentType: aws.String("text/plain")})
		if err != nil {
			t.Fatal(err)
		}
		address := "http://" + a.vars["CLOUDFRONT_DOMAIN"] + "/" + key
		response, text := a.fetch("GET", address, page, nil)
		if response.StatusCode != http.StatusOK || text != "of "+key || response.Header.Get("Access-Control-Allow-Origin") != page {
			t.Errorf("%s: %s %v %q", address, response.Status, response.Header, text)
		}
	}
}
