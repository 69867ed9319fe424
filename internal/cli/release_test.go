package cli

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/bundle"
)

func TestOnlyStacksThatReferToTheZipsNeedThem(t *testing.T) {
	env, err := platform.ParseEnvironment("development")
	if err != nil {
		t.Fatal(err)
	}
	choice := config.Choice{Environment: env}
	missing := errors.New("built without")
	zips, err := bundle.Native("test")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		stacks    []platform.Stack
		templates int
		needs     bool
	}{
		{nil, 6, true},
		{[]platform.Stack{platform.Storage}, 1, false},
		{[]platform.Stack{platform.Security, platform.Database, platform.Storage, platform.API, platform.Monitoring}, 5, false},
		{[]platform.Stack{platform.Storage, platform.Compute}, 2, true},
	} {
		if _, err := releaseFrom(choice, test.stacks, nil, missing); errors.Is(err, missing) != test.needs {
			t.Errorf("%v without zips: %v, needs them %v", test.stacks, err, test.needs)
		}
		r, err := releaseFrom(choice, test.stacks, zips, nil)
		if err != nil || len(r.Templates) != test.templates {
			t.Errorf("%v: %d templates, %v", test.stacks, len(r.Templates), err)
		}
		if want := map[bool]int{true: len(platform.Functions)}[test.needs]; len(r.Assets) != want {
			t.Errorf("%v carries %d assets, want %d", test.stacks, len(r.Assets), want)
		}
		for _, asset := range r.Assets {
			if !strings.Contains(bodies(r.Templates), asset.Key) {
				t.Errorf("%v: nobody refers to %s", test.stacks, asset.Key)
			}
		}
	}
}

func bodies(templates []deploy.Template) string {
	var all strings.Builder
	for _, template := range templates {
		all.WriteString(template.Body)
	}
	return all.String()
}
