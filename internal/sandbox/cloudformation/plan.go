package cloudformation

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
)

// plannedChange is one entry of a change set, with all property values.
type plannedChange = types.ResourceChange

// planner works out what a definition would change, resource by resource in the
// order of dependencies.
type planner struct {
	*Service
	stack         Stack
	before, after *blueprint
	// fresh are the resources that will have another physical id, or their first;
	// modified are those changed in place.
	fresh, modified map[string]bool
	changes         []plannedChange
	// existing are the physical ids of what is adopted instead of created.
	existing map[string]string
}

// planChanges works out the changes that a definition would make. It is called
// with the lock held.
func (s *Service) planChanges(st Stack, target *Definition, existing map[string]string) (*planner, error) {
	p := &planner{
		Service: s, stack: st, fresh: map[string]bool{}, modified: map[string]bool{}, existing: existing,
	}
	var err error
	if p.after, err = s.blueprint(st, target); err != nil {
		return nil, err
	}
	p.after.Resource, p.after.Attribute = p.ref, p.attribute
	if st.Stable != nil {
		if p.before, err = s.blueprint(st, st.Stable); err != nil {
			return nil, err
		}
	}
	graph, err := p.after.Dependencies()
	if err != nil {
		return nil, err
	}
	for _, id := range order(graph) {
		if err := p.plan(id, graph[id]); err != nil {
			return nil, err
		}
	}
	p.planRemovals(graph)
	slices.SortFunc(p.changes, func(a, b plannedChange) int {
		return strings.Compare(*a.LogicalResourceId, *b.LogicalResourceId)
	})
	return p, nil
}

// order lists a graph's nodes so that each comes after what it needs.
func order(graph map[string][]string) []string {
	var list []string
	finished := map[string]bool{}
	for waiting := sortedKeys(graph); len(waiting) > 0; {
		for _, id := range ready(waiting, graph, finished) {
			list = append(list, id)
			finished[id] = true
		}
		waiting = slices.DeleteFunc(waiting, func(id string) bool { return finished[id] })
	}
	return list
}

func (p *planner) ref(id string) (any, error) {
	if p.fresh[id] {
		return template.KnownAfterApply, nil
	}
	return p.liveRef(p.stack.ID, id)
}

func (p *planner) attribute(id, name string) (any, error) {
	if p.fresh[id] {
		return template.KnownAfterApply, nil
	}
	return p.liveAttribute(p.stack.ID, id, name)
}

func (p *planner) plan(id string, dependsOn []string) error {
	wanted, shown, err := p.after.wanted(id, dependsOn)
	if err != nil {
		return err
	}
	live, ok := p.db.resources.get(p.stack.ID, id)
	if !ok || live.Live.PhysicalID == "" || gone(live.Status) {
		p.fresh[id] = true
		p.changes = append(p.changes, p.addition(id, wanted, shown))
		return nil
	}
	p.modification(id, live, wanted)
	return nil
}

func (p *planner) addition(id string, wanted Incarnation, shown string) plannedChange {
	c := plannedChange{
		Action: types.ChangeActionAdd, LogicalResourceId: new(id), ResourceType: new(wanted.Type),
		AfterContext: new(`{"Properties":` + shown + `}`),
	}
	if physicalID, ok := p.existing[id]; ok {
		c.Action, c.PhysicalResourceId = types.ChangeActionImport, &physicalID
	}
	return c
}

func (p *planner) planRemovals(graph map[string][]string) {
	for _, res := range p.db.resources.of(p.stack.ID) {
		if _, stays := graph[res.LogicalID]; stays || res.Live.PhysicalID == "" || gone(res.Status) {
			continue
		}
		policy := types.PolicyActionDelete
		switch res.Live.DeletionPolicy {
		case "Retain", "RetainExceptOnCreate":
			policy = types.PolicyActionRetain
		case "Snapshot":
			policy = types.PolicyActionSnapshot
		}
		p.changes = append(p.changes, plannedChange{
			Action: types.ChangeActionRemove, PolicyAction: policy, LogicalResourceId: new(res.LogicalID),
			PhysicalResourceId: new(res.Live.PhysicalID), ResourceType: new(res.Live.Type),
			BeforeContext: new(`{"Properties":` + p.shownBefore(res) + `}`),
		})
	}
}

// shownBefore gives a live resource's properties as they may be shown.
func (p *planner) shownBefore(res Resource) string {
	if p.before != nil {
		if r, ok := p.before.Template.Resources[res.LogicalID]; ok {
			if shown, err := p.before.masked().Properties(r); err == nil {
				return template.Canonical(shown)
			}
		}
	}
	return template.Canonical(res.Live.Properties)
}

func (p *planner) modification(id string, res Resource, wanted Incarnation) {
	t := p.types[wanted.Type]
	m := &modification{planner: p, id: id, res: res, wanted: wanted, t: t}
	m.compare()
	if len(m.details) == 0 && !res.Dirty {
		return
	}
	c := plannedChange{
		Action: types.ChangeActionModify, LogicalResourceId: new(id), PhysicalResourceId: new(res.Live.PhysicalID),
		ResourceType: new(wanted.Type), Details: m.details, Scope: m.scope(), Replacement: m.replacement(),
		BeforeContext: new(`{"Properties":` + p.shownBefore(res) + `}`),
	}
	if shown, err := p.after.masked().Properties(p.after.Template.Resources[id]); err == nil {
		c.AfterContext = new(`{"Properties":` + template.Canonical(shown) + `}`)
	}
	p.modified[id] = true
	if c.Replacement == types.ReplacementTrue {
		p.fresh[id] = true
		c.PolicyAction = types.PolicyActionReplaceAndDelete
		switch wanted.UpdateReplacePolicy {
		case "Retain":
			c.PolicyAction = types.PolicyActionReplaceAndRetain
		case "Snapshot":
			c.PolicyAction = types.PolicyActionReplaceAndSnapshot
		}
	}
	p.changes = append(p.changes, c)
}

// empty reports that executing the plan would change nothing at all.
func (p *planner) empty(target *Definition) (bool, error) {
	if len(p.changes) > 0 || p.stack.Stable == nil {
		return false, nil
	}
	outputs, err := p.after.outputs()
	if err != nil {
		return false, err
	}
	same := sameJSON(outputs, p.stack.Outputs) && sameJSON(target.Parameters, p.stack.Stable.Parameters) &&
		sameJSON(target.Tags, p.stack.Stable.Tags) && sameJSON(target.NotificationARNs, p.stack.Stable.NotificationARNs)
	return same, nil
}

func sameJSON[T any](a, b []T) bool {
	return len(a) == 0 && len(b) == 0 || template.Canonical(a) == template.Canonical(b)
}
