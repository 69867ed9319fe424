package apigateway

import (
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// snapshot is what a deployment serves: the API as it was then. Stages bring their
// variables and settings, which hold at once.
type snapshot struct {
	Methods    []deployedMethod
	Models     map[string]string
	Validators map[string]validatorProperties
}

// deployedMethod is a method with the whole path of its resource.
type deployedMethod struct {
	Path   string
	Method methodProperties
}

// freeze takes the snapshot of a deployment, once.
func (s *Service) freeze(id, api string) {
	if _, there := s.snapshots.Get(id); !there {
		s.snapshots.Set(id, s.live(api))
	}
}

// thaw forgets the snapshot of a deployment.
func (s *Service) thaw(id string) { s.snapshots.Delete(id) }

func (s *Service) live(api string) snapshot {
	out := snapshot{Models: map[string]string{}, Validators: map[string]validatorProperties{}}
	for _, m := range record.Of(s.methods, api) {
		if r, ok := s.resources.Get(record.Key(api, m.Properties.ResourceId)); ok {
			out.Methods = append(out.Methods, deployedMethod{Path: s.path(r), Method: m.Properties})
		}
	}
	for _, m := range record.Of(s.models, api) {
		if m.Properties.Schema != nil {
			out.Models[m.ID] = resource.Document(m.Properties.Schema)
		}
	}
	for _, v := range record.Of(s.validators, api) {
		out.Validators[v.ID] = v.Properties
	}
	return out
}

// deployed is what a stage serves. A deployment from before snapshots were kept
// serves the API as it is.
func (s *Service) deployed(stage record.Record[stageProperties]) snapshot {
	if found, ok := s.snapshots.Get(value(stage.Properties.DeploymentId)); ok {
		return found
	}
	return s.live(stage.Parent)
}

// find picks the method for a request. Of the resources that fit, one with a fixed
// part goes before one with a parameter, and that before a greedy one; a method of
// the verb's own goes before ANY.
func (s snapshot) find(verb, path string) (found deployedMethod, parameters map[string]string, ok bool) {
	best := ""
	for _, m := range s.Methods {
		bound, rank, fits := matchResource(m.Path, path)
		if !fits || m.Method.HttpMethod != verb && m.Method.HttpMethod != "ANY" {
			continue
		}
		if m.Method.HttpMethod == verb {
			rank += "1"
		}
		if !ok || rank > best {
			best, found, parameters, ok = rank, m, bound, true
		}
	}
	return found, parameters, ok
}

// matchResource compares a resource's path with a request's. The rank orders those
// that fit: per part 3 for a fixed one, 2 for a parameter, 1 for a greedy one.
func matchResource(template, path string) (bound map[string]string, rank string, ok bool) {
	parts, segments := splitPath(template), splitPath(path)
	bound = map[string]string{}
	for i, part := range parts {
		if i >= len(segments) {
			return nil, "", false
		}
		name, isParameter := strings.CutPrefix(part, "{")
		name = strings.TrimSuffix(name, "}")
		greedy, isGreedy := strings.CutSuffix(name, "+")
		switch {
		case isParameter && isGreedy:
			bound[greedy] = strings.Join(segments[i:], "/")
			return bound, rank + "1", true
		case isParameter:
			bound[name] = segments[i]
			rank += "2"
		case part == segments[i]:
			rank += "3"
		default:
			return nil, "", false
		}
	}
	return bound, rank, len(parts) == len(segments)
}

// splitPath gives no parts for "/".
func splitPath(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}
