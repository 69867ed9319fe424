package present

import "github.com/keyvex/keyvex/internal/deploy"

// BootstrapDocument is the document of keyvex bootstrap.
type BootstrapDocument struct {
	Where
	Bucket      string   `json:"bucket"`
	Created     bool     `json:"created"`
	GatewayRole string   `json:"gatewayRole,omitempty"`
	GatewaySet  bool     `json:"gatewaySet"`
	Skipped     []string `json:"skipped,omitempty"`
}

// Bootstrap makes the document of keyvex bootstrap.
func Bootstrap(where Where, b *deploy.Bootstrapped) BootstrapDocument {
	return BootstrapDocument{where, b.Bucket, b.Created, b.GatewayRole, b.GatewaySet, b.Skipped}
}

// BootstrapLines says what was made and what was there.
func BootstrapLines(b *deploy.Bootstrapped) []string {
	lines := []string{"assets bucket " + Clean(b.Bucket) + madeOrFound(b.Created)}
	if b.GatewayRole != "" {
		lines = append(lines, "API Gateway logs by "+Clean(b.GatewayRole)+madeOrFound(b.GatewaySet))
	}
	for _, skipped := range b.Skipped {
		lines = append(lines, "not done: "+Clean(skipped))
	}
	return lines
}

func madeOrFound(made bool) string {
	if made {
		return ": made"
	}
	return ": was there"
}

// Written is the document of keyvex eject and synth.
type Written struct {
	Folder string   `json:"folder"`
	Files  []string `json:"files"`
}
