package wire

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// LocalEndpoint is the base URL that in-process clients address; nothing listens
// there.
const LocalEndpoint = "http://localhost"

// SDKConfig makes every SDK client talk to the handler in process. It does not go
// through config.LoadDefaultConfig, which refuses the transport where
// AWS_CA_BUNDLE is set, and would read the user's profile.
func SDKConfig(h http.Handler, region string, credentials aws.CredentialsProvider) aws.Config {
	return aws.Config{
		Region:       region,
		Credentials:  credentials,
		HTTPClient:   &http.Client{Transport: Transport{Handler: h}},
		BaseEndpoint: aws.String(LocalEndpoint),
	}
}
