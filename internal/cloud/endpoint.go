package cloud

import (
	"cmp"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Endpoint is the custom endpoint that CloudFormation is reached at, or empty for
// AWS's own.
func (s *Session) Endpoint() string {
	for _, endpoint := range s.endpoints() {
		if isLoopback(endpoint) {
			return endpoint
		}
	}
	return aws.ToString(s.clients.cloudformation.Options().BaseEndpoint)
}

// Loopback reports whether any service is reached on this machine.
func (s *Session) Loopback() bool {
	for _, endpoint := range s.endpoints() {
		if isLoopback(endpoint) {
			return true
		}
	}
	return false
}

// endpoints lists the custom endpoints of all clients: AWS_ENDPOINT_URL, its
// per-service forms and the profile's, as the SDK resolved them.
func (s *Session) endpoints() []string {
	var out []string
	for _, base := range []*string{
		s.clients.cloudformation.Options().BaseEndpoint,
		s.clients.apigateway.Options().BaseEndpoint,
		s.clients.iam.Options().BaseEndpoint,
		s.clients.cloudtrail.Options().BaseEndpoint,
		s.clients.cloudwatch.Options().BaseEndpoint,
		s.clients.elasticache.Options().BaseEndpoint,
		s.clients.lambda.Options().BaseEndpoint,
		s.clients.logs.Options().BaseEndpoint,
		s.clients.sqs.Options().BaseEndpoint,
		s.clients.s3.Options().BaseEndpoint,
		s.clients.secretsmanager.Options().BaseEndpoint,
		s.clients.ssm.Options().BaseEndpoint,
		s.clients.sts.Options().BaseEndpoint,
	} {
		if base != nil {
			out = append(out, *base)
		}
	}
	return out
}

func isLoopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// behindEndpoint gives the client with which the SDK assumes a profile's role the
// endpoint that the variables name: the SDK makes it before it reads them.
func behindEndpoint(client *sts.Client) *sts.Client {
	endpoint := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_STS"), os.Getenv("AWS_ENDPOINT_URL"))
	o := client.Options()
	if endpoint == "" || o.BaseEndpoint != nil || strings.EqualFold(os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		return client
	}
	o.BaseEndpoint = &endpoint
	return sts.New(o)
}
