package eject

import (
	"slices"
	"strings"
)

// needed lists the modules of which the written packages import something, directly
// or by way of others. A test derives it anew.
var needed = []string{
	"github.com/Masterminds/semver/v3",
	"github.com/aws/aws-cdk-go/awscdk/v2",
	"github.com/aws/aws-lambda-go",
	"github.com/aws/constructs-go/constructs/v10",
	"github.com/aws/jsii-runtime-go",
	"github.com/cdklabs/awscdk-asset-awscli-go/awscliv1/v2",
	"github.com/cdklabs/awscdk-asset-node-proxy-agent-go/nodeproxyagentv6/v2",
	"github.com/cdklabs/cloud-assembly-schema-go/awscdkcloudassemblyschema/v48",
	"github.com/santhosh-tekuri/jsonschema/v6",
	"golang.org/x/text",
}

// trimmed is a file of the source as the new module needs it: go.mod and go.sum
// without what only the rest of keyvex needs, all others as they are.
func trimmed(name string, content []byte) []byte {
	switch name {
	case "go.mod":
		return keepLines(content, func(line string) bool {
			path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
			return !strings.HasPrefix(version, "v") || slices.Contains(needed, path)
		})
	case "go.sum":
		return keepLines(content, func(line string) bool {
			path, _, _ := strings.Cut(line, " ")
			return slices.Contains(needed, path)
		})
	}
	return content
}

func keepLines(content []byte, keep func(line string) bool) []byte {
	var out strings.Builder
	for line := range strings.Lines(string(content)) {
		if keep(line) {
			out.WriteString(line)
		}
	}
	return []byte(out.String())
}
