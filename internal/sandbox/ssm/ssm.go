// Package ssm is the sandbox's Parameter Store (the part of Systems Manager that
// Keyvex uses).
package ssm

import (
	"strings"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service is Parameter Store.
type Service struct {
	host *host.Host

	mu         sync.Mutex
	parameters *state.Map[parameter]
}

// parameter is a parameter with its history, the current version last. It is
// replaced as a whole, never changed in place.
type parameter struct {
	Name     string
	Tags     map[string]string `json:",omitempty"`
	Versions []version
}

// version is one version of a parameter.
type version struct {
	Number         int64
	Value          string
	Type           string
	Tier           string
	DataType       string
	Modified       time.Time
	Description    *string  `json:",omitempty"`
	AllowedPattern *string  `json:",omitempty"`
	KeyID          *string  `json:",omitempty"`
	Policies       *string  `json:",omitempty"`
	Labels         []string `json:",omitempty"`
}

// New makes the service on a host.
func New(h *host.Host) *Service {
	return &Service{host: h, parameters: state.NewMap[parameter](h.State, "ssm.parameters")}
}

// Wire gives the service's operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name:         "ssm",
		Protocols:    []wire.Protocol{wire.JSON11},
		TargetPrefix: "AmazonSSM",
		Version:      "2014-11-06",
	}
	wire.Handle(w, s.PutParameter)
	wire.Handle(w, s.GetParameter)
	wire.Handle(w, s.GetParameters)
	wire.Handle(w, s.GetParametersByPath)
	wire.Handle(w, s.GetParameterHistory)
	wire.Handle(w, s.DescribeParameters)
	wire.Handle(w, s.DeleteParameter)
	wire.Handle(w, s.DeleteParameters)
	wire.Handle(w, s.LabelParameterVersion)
	wire.Handle(w, s.AddTagsToResource)
	wire.Handle(w, s.RemoveTagsFromResource)
	wire.Handle(w, s.ListTagsForResource)
	return w
}

// current is the newest version.
func (p parameter) current() version { return p.Versions[len(p.Versions)-1] }

// find looks a parameter up by name or ARN.
func (s *Service) find(name string) (parameter, bool) {
	return s.parameters.Get(s.nameOf(name))
}

// nameOf is the name in an ARN of this account and region, or the name itself. An
// ARN does not tell "/a" from "a": the one that exists is meant.
func (s *Service) nameOf(nameOrARN string) string {
	path, ok := strings.CutPrefix(nameOrARN, s.host.ARN("ssm", "parameter/"))
	if !ok {
		return nameOrARN
	}
	name, _, _ := strings.Cut(path, ":")
	if _, plain := s.parameters.Get(name); plain {
		return path
	}
	return "/" + path
}

func (s *Service) arn(name string) string {
	return s.host.ARN("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
}

// user is the ARN that LastModifiedUser shows.
func (s *Service) user() string { return s.host.GlobalARN("iam", "root") }
