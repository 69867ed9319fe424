package platform

// PlaceholderEnvironment stands in the committed templates for the environment's
// name. It has the longest name's length, so that every length limit is checked
// against the worst case.
const PlaceholderEnvironment = "env-placeholder0"

// Template parameters that differ per environment beyond its name and tier.
const (
	// ParameterEnvironment carries the environment's name into the REST API
	// subtree, whose content is hashed and must not contain it.
	ParameterEnvironment = "Environment"
	// ParameterAlarmEmail subscribes an address to the alarms; empty for none.
	ParameterAlarmEmail = "AlarmEmail"
	// ParameterCORSOrigins lists the web application's origins, comma separated.
	ParameterCORSOrigins = "CorsOrigins"
	// ParameterClerkIssuer is the issuer URL of the session tokens; empty to
	// refuse every token.
	ParameterClerkIssuer = "ClerkIssuer"
	// ParameterClerkJWKS is where the issuer's keys are; empty for the well-known
	// place.
	ParameterClerkJWKS = "ClerkJwks"
	// ParameterClerkAudience is what a token's "aud" must hold; empty to ask for none.
	ParameterClerkAudience = "ClerkAudience"
	// ParameterDebugUser is whom a socket without a token belongs to, in the
	// development tier alone; empty to refuse it.
	ParameterDebugUser = "DebugUser"
	// ParameterMailFrom is the sender of mails; empty to send none.
	ParameterMailFrom = "MailFrom"
)

// Outputs that every stack has beside those for people.
const (
	// OutputTemplateHash is the SHA-256 of the template, computed with the two
	// outputs' values left empty, in hexadecimal.
	OutputTemplateHash = "TemplateHash"
	// OutputBuild is the version of keyvex that deployed the template.
	OutputBuild = "Build"
)

// PlaceholderTemplateHash and PlaceholderBuild are the two outputs' values in a
// synthesized template.
const (
	PlaceholderTemplateHash = "template-hash-placeholder"
	PlaceholderBuild        = "build-placeholder"
)

// Bundle is the deployable code of one function: a zip in the assets bucket.
type Bundle struct {
	Function Function
	// Hash is the SHA-256 of the zip, in hexadecimal.
	Hash string
}

// Key is the bundle's object key in the assets bucket.
func (b Bundle) Key() string { return BundleKey(b.Function, b.Hash) }

// BundleKey is the object key of a function's zip with that hash.
func BundleKey(f Function, hash string) string { return string(f) + "/" + hash + ".zip" }

// ShortBuild is how a bundle's hash is logged and shown.
func ShortBuild(hash string) string { return hash[:min(len(hash), 8)] }

// PlaceholderBundleHash stands in the committed templates for the hash of a
// function's zip. It names the function, so that all four differ, and has a
// hash's length.
func PlaceholderBundleHash(f Function) string {
	const hashLength = 64
	pad := "bundle-placeholder-" + string(f) + "-"
	for len(pad) < hashLength {
		pad += "0"
	}
	return pad
}
