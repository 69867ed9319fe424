package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/dotenv"
)

// keptForLocal are the AWS variables that say how a client behaves, not whom it is
// or where it goes; every other one is taken from a command that is to see the
// local platform alone.
var keptForLocal = []string{"AWS_PAGER", "AWS_CA_BUNDLE", "AWS_DEFAULT_OUTPUT", "AWS_CLI_AUTO_PROMPT", "AWS_SDK_UA_APP_ID"}

func childEnvironment(inherited []string, session *cloud.Session, groups []dotenv.Group) []string {
	set := dotenv.Variables(groups)
	if local := session.Options.Local; local != nil {
		inherited = slices.DeleteFunc(slices.Clone(inherited), func(variable string) bool {
			name, _, _ := strings.Cut(variable, "=")
			return strings.HasPrefix(name, "AWS_") && !slices.Contains(keptForLocal, name)
		})
		set = append(set, localVariables(local)...)
		if !slices.ContainsFunc(inherited, func(variable string) bool { return strings.HasPrefix(variable, nodeCA+"=") }) {
			set = append(set, nodeCA+"="+local.CAFile)
		}
		set = append(set, aroundProxies(inherited)...)
	}
	set = append(set, "AWS_REGION="+session.Region(), "AWS_DEFAULT_REGION="+session.Region(),
		"KEYVEX_ENV="+session.Options.Environment.Name)
	return merge(inherited, set)
}

// nodeCA is where Node looks for certificates to trust beside its own: for TLS with
// the local Redis. It reads it from the process's environment alone, in no .env file.
const nodeCA = "NODE_EXTRA_CA_CERTS"

// localVariables lead an AWS client to the local platform. The files of the user's
// profiles are out of sight: a FIPS or dual-stack endpoint, an S3 accelerator or a
// role in their default profile would lead it elsewhere or stop it.
func localVariables(local *cloud.Local) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + local.Endpoint, "AWS_ACCESS_KEY_ID=" + local.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + local.SecretKey, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	}
}

// aroundProxies excepts this machine from the proxy, where there is one: a proxy
// would look for the local platform on its own loopback interface.
func aroundProxies(inherited []string) []string {
	proxied, except := false, ""
	for _, variable := range inherited {
		switch name, value, _ := strings.Cut(variable, "="); strings.ToUpper(name) {
		case "HTTP_PROXY", "ALL_PROXY":
			proxied = proxied || value != ""
		case "NO_PROXY":
			except = value
		}
	}
	if !proxied || except == "*" {
		return nil
	}
	hosts := strings.TrimPrefix(except+",127.0.0.1,localhost", ",")
	return []string{"NO_PROXY=" + hosts, "no_proxy=" + hosts}
}

// withEndpoint tells the aws CLI where to go in its arguments: version 1 ignores
// AWS_ENDPOINT_URL for SQS, and version 2 before 2.13 for every service.
func withEndpoint(command []string, endpoint string) []string {
	const flag = "--endpoint-url"
	given := func(arg string) bool { return arg == flag || strings.HasPrefix(arg, flag+"=") }
	if name := filepath.Base(command[0]); name != "aws" || slices.ContainsFunc(command, given) {
		return command
	}
	return slices.Insert(slices.Clone(command), 1, flag, endpoint)
}

// merge gives every variable once, the later value in the place of the earlier.
func merge(environ, set []string) []string {
	out := slices.Clone(environ)
	for _, variable := range set {
		name, _, _ := strings.Cut(variable, "=")
		i := slices.IndexFunc(out, func(v string) bool { return strings.HasPrefix(v, name+"=") })
		if i < 0 {
			out = append(out, variable)
		} else {
			out[i] = variable
		}
	}
	return out
}
