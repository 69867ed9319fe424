package resource_test

import (
	"reflect"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

func TestDocumentsSurviveAsTextAndAsObject(t *testing.T) {
	object := map[string]any{"Version": "2012-10-17"}
	text := resource.Document(object)
	if text != `{"Version":"2012-10-17"}` || !reflect.DeepEqual(resource.Parsed(text), object) {
		t.Errorf("became %q", text)
	}
	if resource.Parsed("") != nil || resource.Document(nil) != "" {
		t.Error("an absent document is not absent")
	}
	if got := resource.Parsed(resource.Document("{cut")); got != "{cut" {
		t.Errorf("what is no JSON became %v", got)
	}
}

func TestOwnTagsLeaveOutCloudFormations(t *testing.T) {
	got := resource.OwnTags(map[string]string{"b": "2", "a": "1", "aws:cloudformation:stack-name": "S"})
	want := []resource.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
