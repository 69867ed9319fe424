// Package dotenv resolves the environment variables that the Next.js application
// needs of a deployed environment, and keeps them as a managed block in a .env
// file that otherwise belongs to somebody else.
//
// Values come from what platform can compute and from the Parameter Store
// contract, in one call. Secrets are only ever named, never read.
package dotenv

import (
	"fmt"
	"net"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
)

// Place is the deployed environment that variables are resolved for.
type Place struct {
	Environment     platform.Environment
	Account, Region string
	// Endpoint is the custom endpoint of AWS, without a trailing slash; empty for
	// AWS's own.
	Endpoint string
	// AccessKeyID and SecretKey are the local platform's; empty elsewhere, where
	// keyvex does not know the application's key.
	AccessKeyID, SecretKey string
	// APIKey is the local REST API's key; empty elsewhere.
	APIKey string
	// CAFile is the certificate that the local Redis and CDN are to be trusted by.
	CAFile string
}

// Group is a heading with its variables.
type Group struct {
	Title   string
	Entries []Entry
}

// Entry is one variable of the application.
type Entry struct {
	Name string
	// Value is meant only with Known.
	Value string
	Known bool
	// Comment is for a reader of the file; of an unknown variable it says where
	// the value comes from.
	Comment string
	Source  platform.VariableSource
}

// Resolve gives every variable of the environment its value, or the way to it.
// values are the contract values that exist; see Read.
func Resolve(place Place, values map[platform.Contract]string) []Group {
	var groups []Group
	for _, group := range platform.VariableGroups {
		resolved := Group{Title: group.Title}
		for _, variable := range group.Variables {
			if place.wants(variable) {
				resolved.Entries = append(resolved.Entries, place.resolve(variable, values))
			}
		}
		if len(resolved.Entries) > 0 {
			groups = append(groups, resolved)
		}
	}
	return groups
}

func (p Place) wants(v platform.Variable) bool {
	if v.LocalOnly && !p.Environment.IsLocal() {
		return false
	}
	return !v.DevelopmentOnly || !p.Environment.IsProduction()
}

func (p Place) resolve(v platform.Variable, values map[platform.Contract]string) Entry {
	entry := Entry{Name: v.Name, Comment: v.Comment, Source: v.Source}
	switch v.Source {
	case platform.FromContract:
		contract := platform.Contract(v.Of)
		entry.Value, entry.Known = values[contract]
		entry.Value = part(entry.Value, v.Part)
		if !entry.Known {
			entry.Comment = fmt.Sprintf("not deployed yet: keyvex deploy -e %s --stack %s", p.Environment, contract.Spec().Owner)
		}
		if p.Environment.IsLocal() && contract == platform.RedisEndpoint && entry.Known {
			entry.Comment = fmt.Sprintf("TLS, trusting %s; the token is redis_auth_token of DATABASE_SECRETS_ARN", p.CAFile)
		}
	case platform.FromSecret:
		entry.Comment = fmt.Sprintf("keyvex secrets get %s -e %s", v.Of, p.Environment)
	case platform.FromOwner:
		entry.Comment = "yours, keyvex does not know it"
	case platform.FromCredentials:
		entry = p.credential(entry, v.Of)
	case platform.FromAPIKey:
		entry = p.apiKey(entry)
	default:
		entry.Value, entry.Known = p.computed(v), true
	}
	return entry
}

// part takes the host or the port out of "host:port"; a value of another form stays
// whole.
func part(value string, wanted platform.VariablePart) string {
	host, port, err := net.SplitHostPort(value)
	switch {
	case err != nil:
		return value
	case wanted == platform.Host:
		return host
	case wanted == platform.Port:
		return port
	}
	return value
}

// computed are the values that follow from names, account and region.
func (p Place) computed(v platform.Variable) string {
	switch v.Source {
	case platform.FromRegion:
		return p.Region
	case platform.FromTable:
		return p.Environment.TableName()
	case platform.FromEndpoint:
		return p.endpoint(v.Of)
	case platform.FromQueue:
		name := p.Environment.QueueName(platform.Queue(v.Of))
		return strings.Join([]string{p.endpoint("sqs"), p.Account, name}, "/")
	case platform.FromBucket:
		return p.Environment.BucketName(platform.Bucket(v.Of), p.Account)
	default:
		return v.Of
	}
}

func (p Place) credential(entry Entry, part string) Entry {
	switch {
	case !p.Environment.IsLocal():
		entry.Comment = "aws iam create-access-key --user-name " + p.Environment.ApplicationUserName()
	case part == "id":
		entry.Value, entry.Known, entry.Comment = p.AccessKeyID, true, "the local platform's own key"
	default:
		entry.Value, entry.Known = p.SecretKey, true
	}
	return entry
}

func (p Place) apiKey(entry Entry) Entry {
	if p.APIKey == "" {
		entry.Comment = "aws apigateway get-api-keys --include-values --name-query " + p.Environment.APIKeyName()
		return entry
	}
	entry.Value, entry.Known = p.APIKey, true
	return entry
}

// endpoint is the base URL of an AWS service.
func (p Place) endpoint(service string) string {
	if p.Endpoint != "" {
		return strings.TrimSuffix(p.Endpoint, "/")
	}
	suffix := "amazonaws.com"
	if strings.HasPrefix(p.Region, "cn-") {
		suffix += ".cn"
	}
	return fmt.Sprintf("https://%s.%s.%s", service, p.Region, suffix)
}

// Variables are the known ones as "NAME=value", for the environment of a process.
func Variables(groups []Group) []string {
	var out []string
	for _, group := range groups {
		for _, entry := range group.Entries {
			if entry.Known {
				out = append(out, entry.Name+"="+entry.Value)
			}
		}
	}
	return out
}
