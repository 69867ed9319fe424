package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// plans makes a change set for each stack and lists what it would do.
func (e *estate) plans() []string {
	e.t.Helper()
	var all []string
	for _, template := range e.templates() {
		for _, change := range e.plan(template) {
			all = append(all, string(template.Stack)+" "+change)
		}
	}
	slices.Sort(all)
	return all
}

var otherParameters = map[string]string{
	"AlarmEmail": "a@example.org", "CorsOrigins": "https://example.org", "ClerkIssuer": "https://clerk.example.org",
}

func TestChangedParametersChangeWhatUsesThemAndBack(t *testing.T) {
	e := newEstate(t, Options{}, platform.Development)
	e.bootstrap()
	e.deploy()
	before := e.portrait()
	if got := e.plans(); len(got) > 0 {
		t.Fatalf("an unchanged estate plans %v", got)
	}
	e.parameters = otherParameters
	got := e.plans()
	for _, want := range []string{
		"Api RestApiDeploymentStagedevDA121244 Modify False", "Compute WebsocketHandler Modify False",
		"Monitoring AlarmEmailSubscription Add", "Storage UserUploadsBA6B2FFF Modify False", "Storage SecurityHeadersE66B69D3 Modify False",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not in the plan %q", want, got)
		}
	}
	for _, change := range got {
		if strings.HasSuffix(change, "True") || strings.Contains(change, "Remove") {
			t.Errorf("a parameter makes %s", change)
		}
	}
	e.deploy()
	changed := e.portrait()
	if !strings.Contains(changed[e.env.StackName(platform.Compute)+".WebsocketHandler"], "https://clerk.example.org") {
		t.Error("the function does not know the issuer")
	}
	e.parameters = map[string]string{}
	if got := e.plans(); !slices.Contains(got, "Monitoring AlarmEmailSubscription Remove") {
		t.Errorf("going back plans %q", got)
	}
	e.deploy()
	if d := differing(before, e.portrait()); len(d) > 0 {
		t.Errorf("going back leaves\n%s", strings.Join(d, "\n"))
	}
}

func TestAnEnvironmentChangesItsTierAndBack(t *testing.T) {
	e := newEstate(t, Options{}, platform.Development)
	e.bootstrap()
	e.deploy()
	before := e.portrait()
	e.env.Tier = platform.Production
	var replaced []string
	for _, change := range e.plans() {
		if strings.HasSuffix(change, " True") {
			replaced = append(replaced, change)
		}
	}
	// The stage's name is the tier's, and a stage cannot be renamed.
	if want := []string{"Api WebSocketStage Modify True"}; !slices.Equal(replaced, want) {
		t.Errorf("replaced %q, want %q", replaced, want)
	}
	e.deploy()
	redis := e.portrait()[e.env.StackName(platform.Database)+".Redis"]
	for _, want := range []string{`"CacheNodeType":"cache.r6g.large"`, `"MultiAZEnabled":true`, `"NumCacheClusters":2`} {
		if !strings.Contains(redis, want) {
			t.Errorf("no %s in %s", want, redis)
		}
	}
	e.env.Tier = platform.Development
	e.deploy()
	if d := differing(before, e.portrait()); len(d) > 0 {
		t.Errorf("going back leaves\n%s", strings.Join(d, "\n"))
	}
}

// spoiled is a template with one more resource, which fails after all others.
func spoiled(t *testing.T, template assembly.Template) assembly.Template {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(template.Body, &document); err != nil {
		t.Fatal(err)
	}
	resources := document["Resources"].(map[string]any)
	var unconditional []string
	for id, r := range resources {
		if r.(map[string]any)["Condition"] == nil {
			unconditional = append(unconditional, id)
		}
	}
	resources["Spoiler"] = map[string]any{"Type": "AWS::SSM::Parameter", "DependsOn": unconditional,
		"Properties": map[string]any{"Type": "String", "Name": "/aws/reserved", "Value": "x"}}
	template.Body = []byte(said(document))
	return template
}

func TestAFailedUpdateLeavesEverythingAsItWas(t *testing.T) {
	folder := t.TempDir()
	e := newEstate(t, Options{Folder: folder}, platform.Development)
	e.bootstrap()
	e.deploy()
	before, counts := e.portrait(), census(t, folder)
	e.env.Tier, e.parameters = platform.Production, otherParameters
	for _, template := range e.templates() {
		st := e.apply(spoiled(t, template))
		if st.StackStatus != types.StackStatusUpdateRollbackComplete {
			t.Fatalf("%s is %s\n%s", template.Name, st.StackStatus, strings.Join(e.failures(template.Name), "\n"))
		}
		told := e.failures(template.Name)
		if !slices.Contains(told, template.Name+" UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Spoiler]. ") {
			t.Errorf("%s tells\n%s", template.Name, strings.Join(told, "\n"))
		}
	}
	e.env.Tier, e.parameters = platform.Development, map[string]string{}
	if d := differing(before, e.portrait()); len(d) > 0 {
		t.Errorf("the failure leaves\n%s", strings.Join(d, "\n"))
	}
	left := census(t, folder)
	left["apigatewayv2.deployments"] = counts["apigatewayv2.deployments"] // they only grow
	if d := differing(counts, left); len(d) > 0 {
		t.Errorf("the failure leaves %v", d)
	}
	for _, template := range e.templates() {
		if d := e.drifts(template.Name); len(d) > 0 {
			t.Errorf("%s has drifted: %v", template.Name, d)
		}
	}
}

func TestDeletingAllStacksLeavesOnlyWhatIsRetained(t *testing.T) {
	for tier, retained := range map[platform.Tier]map[string]int{
		// A key is pending deletion for its waiting period.
		platform.Development: {"kms.keys": 1},
		platform.Production:  {"kms.keys": 1, "secretsmanager.secret": 3, "s3.buckets": 3, "dynamodb.table": 1},
	} {
		t.Run(string(tier), func(t *testing.T) {
			folder := t.TempDir()
			e := newEstate(t, Options{Folder: folder}, tier)
			e.bootstrap()
			counts := census(t, folder)
			e.deploy()
			e.destroy()
			left := census(t, folder)
			for kind, n := range counts {
				if left[kind] -= n; left[kind] == 0 {
					delete(left, kind)
				}
			}
			if d := differing(retained, left); len(d) > 0 {
				t.Error(strings.Join(d, "\n"))
			}
		})
	}
}
