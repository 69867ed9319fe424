package template

import (
	"slices"
)

// Active lists the resources whose condition holds.
func (s *Scope) Active() ([]string, error) {
	var active []string
	for _, id := range sortedKeys(s.Template.Resources) {
		holds, err := s.Holds(s.Template.Resources[id].Condition)
		if err != nil {
			return nil, err
		}
		if holds {
			active = append(active, id)
		}
	}
	return active, nil
}

// Dependencies gives, for each active resource, the active resources that it
// needs first: those it refers to outside branches that are not taken, and those
// of DependsOn.
func (s *Scope) Dependencies() (map[string][]string, error) {
	active, err := s.Active()
	if err != nil {
		return nil, err
	}
	follow := func(condition string) (then, otherwise bool) {
		holds, err := s.Holds(condition)
		return err != nil || holds, err != nil || !holds
	}
	graph := make(map[string][]string, len(active))
	for _, id := range active {
		needs := needed(s.Template.Resources[id], id, follow)
		graph[id] = slices.DeleteFunc(needs, func(name string) bool { return !slices.Contains(active, name) })
	}
	return graph, nil
}

// needed lists the names that a resource refers to, itself and repetitions
// excluded.
func needed(r Resource, self string, follow func(string) (then, otherwise bool)) []string {
	needs := slices.Clone(r.DependsOn)
	for _, reference := range references(r.Properties, follow) {
		needs = append(needs, reference.Name)
	}
	slices.Sort(needs)
	return slices.DeleteFunc(slices.Compact(needs), func(name string) bool { return name == self })
}

// cycle lists the resources that are on circular dependencies or between them.
func (t *Template) cycle() []string {
	needs := map[string][]string{}
	for id, r := range t.Resources {
		needs[id] = slices.DeleteFunc(needed(r, "", bothBranches), func(name string) bool {
			_, isResource := t.Resources[name]
			return !isResource
		})
	}
	prune(needs)
	left := inverted(needs)
	prune(left)
	return sortedKeys(left)
}

// prune removes, again and again, what needs nothing that is left.
func prune(needs map[string][]string) {
	for again := true; again; {
		again = false
		for id, names := range needs {
			if !slices.ContainsFunc(names, func(name string) bool { _, ok := needs[name]; return ok }) {
				delete(needs, id)
				again = true
			}
		}
	}
}

// inverted turns the edges around among the nodes that are there.
func inverted(needs map[string][]string) map[string][]string {
	out := map[string][]string{}
	for id := range needs {
		out[id] = nil
	}
	for id, names := range needs {
		for _, name := range names {
			if _, ok := needs[name]; ok {
				out[name] = append(out[name], id)
			}
		}
	}
	return out
}
