package cloudformation

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
)

// stackPolicy says which updates of which resources are allowed. With a policy,
// what no statement allows is denied.
type stackPolicy struct {
	Statement []policyStatement
}

type policyStatement struct {
	Effect                string
	Action, NotAction     oneOrMany
	Principal             any
	Resource, NotResource oneOrMany
	Condition             map[string]map[string]oneOrMany
}

// oneOrMany is a JSON string or a list of them.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*o = oneOrMany{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(o))
}

// parsePolicy reads a stack policy, refusing what CloudFormation refuses.
func parsePolicy(body string) (stackPolicy, error) {
	var p stackPolicy
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		return p, invalid("Error validating stack policy: Invalid stack policy")
	}
	for _, statement := range p.Statement {
		if statement.Effect != "Allow" && statement.Effect != "Deny" || statement.Principal != "*" {
			return p, invalid("Error validating stack policy: Invalid stack policy")
		}
	}
	return p, nil
}

// deny gives the reason for which the policy does not let the action happen.
func (p stackPolicy) deny(policyAction, logicalID, resourceType string) error {
	allowed := false
	for i, statement := range p.Statement {
		if !statement.covers(policyAction, logicalID, resourceType) {
			continue
		}
		if statement.Effect == "Deny" {
			return &template.Error{Message: fmt.Sprintf("Action denied by stack policy: Statement [#%d] does not allow [%s] for resource [LogicalResourceId/%s]",
				i+1, strings.Join(statement.Action, ", "), logicalID)}
		}
		allowed = true
	}
	if allowed {
		return nil
	}
	return &template.Error{Message: fmt.Sprintf("Action not allowed by stack policy: no statement allows [%s] for resource [LogicalResourceId/%s]", policyAction, logicalID)}
}

func (st policyStatement) covers(policyAction, logicalID, resourceType string) bool {
	if !matches(st.Action, policyAction) && (len(st.NotAction) == 0 || matches(st.NotAction, policyAction)) {
		return false
	}
	name := "LogicalResourceId/" + logicalID
	if !matches(st.Resource, name) && (len(st.NotResource) == 0 || matches(st.NotResource, name)) {
		return false
	}
	for _, operator := range st.Condition {
		if !matches(operator["ResourceType"], resourceType) {
			return false
		}
	}
	return true
}

// matches reports whether one of the patterns, in which * stands for any text,
// fits all of the text.
func matches(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		expression := "^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$"
		return regexp.MustCompile(expression).MatchString(text)
	})
}

var policyActions = map[action]string{
	actionUpdate: "Update:Modify", actionReplace: "Update:Replace", actionDelete: "Update:Delete",
}

// denied asks the policy in force about an update's action on a resource.
func (r *run) denied(op Operation, res Resource, a action) error {
	body := op.Policy
	if body == "" {
		body = r.stack().Policy
	}
	if body == "" || res.New {
		return nil
	}
	p, err := parsePolicy(body)
	if err != nil {
		return err
	}
	return p.deny(policyActions[a], res.LogicalID, res.Live.Type)
}

// checkRemovals asks the policy about the resources that the target has no longer.
func (r *run) checkRemovals(op Operation, graph map[string][]string) error {
	r.mu.Lock()
	resources := r.db.resources.of(r.stackID)
	r.mu.Unlock()
	for _, res := range resources {
		if _, stays := graph[res.LogicalID]; stays {
			continue
		}
		if err := r.denied(op, res, actionDelete); err != nil {
			return err
		}
	}
	return nil
}

func joined(names []string) string { return strings.Join(names, ", ") }
