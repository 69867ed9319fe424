package deploy

import (
	"io"

	"github.com/keyvex/keyvex/internal/platform"
)

// Release is what an environment is to become.
type Release struct {
	Environment platform.Environment
	// Build is the version of keyvex that deploys, for people.
	Build string
	// Templates are those of all stacks of the platform, in any order.
	Templates []Template
	// Parameters are values for template parameters, by logical id. Each goes to
	// the templates that declare it; every other parameter has its default.
	Parameters map[string]string
	// Assets are the objects that templates refer to. They are uploaded before any
	// stack of AssetReader.
	Assets []Asset
}

// Template is one stack's template, ready to be sent.
type Template struct {
	Stack platform.Stack
	// Name is the CloudFormation stack's name.
	Name string
	// Body is the template as minified JSON, with this release's values in its
	// outputs.
	Body string
	// Hash is the value of the output [platform.OutputTemplateHash].
	Hash string
}

// Asset is one object of the assets bucket. Its key holds the hash of its
// content, so that an object that is there is the right one.
type Asset struct {
	Key string
	// Size is the length in bytes.
	Size int64
	// Open gives the content, from its beginning.
	Open func() (io.ReadSeekCloser, error)
}

// AssetReader is the stack whose templates refer to assets.
const AssetReader = platform.Compute

// Template finds the template of a stack.
func (r Release) Template(s platform.Stack) (Template, bool) {
	for _, t := range r.Templates {
		if t.Stack == s {
			return t, true
		}
	}
	return Template{}, false
}
