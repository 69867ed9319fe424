package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// portrait is what can be told of an estate that two deployments of it have in
// common: ids that AWS makes up are replaced by what they are the id of.
func (e *estate) portrait() map[string]string {
	e.t.Helper()
	types := map[string]resource.Type{}
	for _, owner := range e.owners() {
		for _, t := range owner.Resources() {
			types[t.Name] = t
		}
	}
	picture, ids := map[string]string{}, map[string]string{}
	for _, template := range e.templates() {
		st, ok := e.find(template.Name)
		if !ok {
			picture[template.Name] = "gone"
			continue
		}
		body, err := e.CloudFormation.GetTemplate(e.t.Context(), &cfn.GetTemplateInput{StackName: st.StackName})
		if err != nil {
			e.t.Fatal(err)
		}
		picture[template.Name] = said(st.Parameters) + said(st.Tags) + said(st.Outputs)
		picture[template.Name+" template"] = *body.TemplateBody
		ids[*st.StackId] = template.Name
		list, err := e.CloudFormation.DescribeStackResources(e.t.Context(), &cfn.DescribeStackResourcesInput{StackName: st.StackName})
		if err != nil {
			e.t.Fatal(err)
		}
		for _, r := range list.StackResources {
			name := template.Name + "." + *r.LogicalResourceId
			live, ok, err := types[*r.ResourceType].Read(e.t.Context(), *r.PhysicalResourceId)
			if err != nil {
				e.t.Fatal(name, err)
			}
			ids[*r.PhysicalResourceId] = name
			picture[name] = fmt.Sprint(ok, said(live))
		}
	}
	for name, text := range picture {
		picture[name] = replaced(text, ids)
	}
	return picture
}

// unnamed are ids and secrets that AWS makes up for what is no resource of a stack:
// a REST API's root, an API key's value, a deployment that a stage made by itself, a
// Redis endpoint, a security group's name, a distribution's domain.
var unnamed = regexp.MustCompile(`"ParentId":"[a-z0-9]{10}"|"Value":"[A-Za-z0-9]{40}"|"DeploymentId":"[a-z0-9]{6}"|\.[a-z0-9]{6}\.use1\.cache|-[A-Z2-7]{12}"|"d[a-z0-9]{13}\.cloudfront`)

// replaced puts names in the place of ids, longer ones first.
func replaced(text string, ids map[string]string) string {
	for _, id := range slices.SortedFunc(maps.Keys(ids), func(a, b string) int { return cmp.Compare(len(b), len(a)) }) {
		if len(id) > 5 {
			text = strings.ReplaceAll(text, id, "<"+ids[id]+">")
		}
	}
	return unnamed.ReplaceAllString(text, "?")
}

func said(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// census counts the records of every kind that the services keep, CloudFormation's
// books on them left out. It reads the journal, which nobody else interprets here.
func census(t *testing.T, folder string) map[string]int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, journalFile))
	if err != nil {
		t.Fatal(err)
	}
	alive := map[string]string{}
	for line := range bytes.Lines(content) {
		fields := strings.Split(strings.TrimSuffix(string(line), "\n"), "\t")
		for f := fields[1:]; len(f) >= 3; f = f[3:] {
			if alive[f[0]+"\t"+f[1]] = f[0]; f[2] == "" {
				delete(alive, f[0]+"\t"+f[1])
			}
		}
	}
	counts := map[string]int{}
	for _, kind := range alive {
		// The alarms' history grows whenever a minute ends, CloudTrail's with every call.
		if !strings.HasPrefix(kind, "cloudformation/") && kind != "cloudwatch.history" && kind != "cloudtrail.events" {
			counts[kind]++
		}
	}
	return counts
}

// differing lists the keys at which two maps differ.
func differing[V comparable](a, b map[string]V) (list []string) {
	for _, key := range slices.Sorted(maps.Keys(a)) {
		if v, ok := b[key]; !ok || v != a[key] {
			list = append(list, fmt.Sprintf("%s is\n%v and\n%v", key, a[key], v))
		}
	}
	for key, v := range b {
		if _, ok := a[key]; !ok {
			list = append(list, fmt.Sprintf("%s is more: %v", key, v))
		}
	}
	return list
}
