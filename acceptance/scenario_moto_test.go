package acceptance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// recorded is what a server made of each step, in the order of the steps.
type recorded struct {
	names   []string
	replies []reply
}

func (r *recorded) see(one step, got reply) {
	r.names = append(r.names, one.Service+" "+one.Call)
	r.replies = append(r.replies, got)
}

// Where moto implements a call, moto and the local platform answer alike: the same
// status, the same error code, members of the same names and types. boto3 asks both,
// because it tells what was on the wire: it makes up no member.
func TestTheScenariosEndAtMotoAsTheyEndHere(t *testing.T) {
	endpoint := motoServer(t)
	h := newHome(t)
	h.must("local", "up", "--pace", "100000")
	config := h.aws()
	key, err := config.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name, endpoint, account, id, secret string) stage {
		variables := append(slices.Clone(h.env), "AWS_REGION="+config.Region, "AWS_DEFAULT_REGION="+config.Region, "AWS_ACCESS_KEY_ID="+id, "AWS_SECRET_ACCESS_KEY="+secret)
		return stage{name: name, client: newBoto(t, variables), endpoint: endpoint, variables: map[string]any{"account": account, "region": config.Region}}
	}
	ours := at("ours", *config.BaseEndpoint, "000000000000", key.AccessKeyID, key.SecretAccessKey)
	theirs := at("moto", endpoint, "123456789012", "test", "test")
	theirs.compared = true
	met := make([]bool, len(motoDiffers))
	for _, set := range readSets(t) {
		for i, one := range set.Scenarios {
			t.Run(set.Service+" "+one.Name, func(t *testing.T) {
				if one.Moto != "" {
					t.Skipf("SKIPPED: %s", one.Moto)
				}
				var here, there recorded
				ours.play(t, set.Service, i, one, here.see)
				theirs.play(t, set.Service, i, one, there.see)
				compare(t, here, there, met)
			})
		}
	}
	for i, known := range motoDiffers {
		if !met[i] {
			t.Errorf("moto differs no more: %s", known.what)
		}
	}
}

// compare holds the answers of all steps against each other, up to a step that one
// of the two did not come to.
func compare(t *testing.T, ours, theirs recorded, met []bool) {
	t.Helper()
	for i := range min(len(ours.names), len(theirs.names)) {
		for _, difference := range contrast(ours.replies[i], theirs.replies[i]) {
			difference = ours.names[i] + ": " + difference
			known := slices.IndexFunc(motoDiffers, func(known struct{ what, why string }) bool { return globbed(known.what, difference) })
			if known < 0 {
				t.Error(difference)
				continue
			}
			met[known] = true
		}
	}
}

// contrast lists how two answers differ, in words that no run changes.
func contrast(ours, theirs reply) (differences []string) {
	if ours.Code != theirs.Code {
		differences = append(differences, fmt.Sprintf("code %q, moto's %q", ours.Code, theirs.Code))
	}
	if ours.Status != theirs.Status {
		differences = append(differences, fmt.Sprintf("status %d, moto's %d", ours.Status, theirs.Status))
	}
	if len(differences) > 0 || ours.Code != "" {
		return differences
	}
	mine, others := map[string]string{}, map[string]string{}
	shapeOf("", ours.Output, mine)
	shapeOf("", theirs.Output, others)
	for _, path := range slices.Sorted(maps.Keys(mine)) {
		switch kind, ok := others[path]; {
		case !ok:
			differences = append(differences, "only here is "+path)
		case kind != mine[path]:
			differences = append(differences, fmt.Sprintf("%s is a %s, moto's a %s", path, mine[path], kind))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(others)) {
		if mine[path] == "" {
			differences = append(differences, "only moto has "+path)
		}
	}
	return differences
}

// shapeOf notes the type of every member, items of lists under one name. What is
// empty has no members; what HTTP adds to S3's answers is none of S3's.
func shapeOf(path string, v any, shape map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for name, item := range v {
			if !empty(item) {
				shapeOf(strings.TrimPrefix(path+"."+strings.TrimPrefix(strings.TrimPrefix(name, "ours-"), "moto-"), "."), item, shape)
			}
		}
	case []any:
		for _, item := range v {
			shapeOf(path+"[]", item, shape)
		}
	case string:
		shape[path] = "text"
	default:
		shape[path] = fmt.Sprintf("%T", v)
	}
}
