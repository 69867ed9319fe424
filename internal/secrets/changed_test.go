package secrets

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/platform"
)

// counted counts the reads of versions by their id, and fails them when told.
type counted struct {
	API
	reads int
	err   error
}

func (c *counted) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	if in.VersionId != nil {
		if c.reads++; c.err != nil {
			return nil, c.err
		}
	}
	return c.API.GetSecretValue(ctx, in, o...)
}

// changedAt is a key's date in minutes after begun, and whether it is only a bound.
func changedAt(t *testing.T, v *Vault, begun time.Time, versions bool) map[string]string {
	t.Helper()
	keys, err := v.list(t.Context(), platform.AISecret, Detail{Versions: versions})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, k := range keys {
		if !k.Changed.IsZero() {
			out[k.Key.Name] = fmt.Sprint(int(k.Changed.Sub(begun).Minutes()), k.ChangedBefore)
		}
	}
	return out
}

func TestEachKeyHasTheDateOfItsOwnChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		v := vault(t, sdkAPI(t), platform.AISecret, `{"openai_api_key":"`+openAIKey+`"}`)
		reads := &counted{API: v.API}
		v.API = reads
		set := func(path, value string) {
			time.Sleep(time.Minute)
			if _, err := write(t, v, read(t, v, platform.AISecret), path, value); err != nil {
				t.Fatal(err)
			}
		}
		set("ai.anthropic_api_key", anthropicKey)        // minute 1
		set("ai.openai_organization", "org-a")           // 2
		set("ai.anthropic_api_key", anthropicKey+"more") // 3
		set("ai.anthropic_api_key", anthropicKey)        // 4: an earlier value again is a change
		reads.reads = 0
		got := changedAt(t, v, begun, true)
		if fmt.Sprint(got) != "map[anthropic_api_key:4 false openai_api_key:0 false openai_organization:2 false]" {
			t.Error(got)
		}
		if reads.reads != 4 {
			t.Errorf("%d versions were read, 4 are there", reads.reads)
		}
		// A bound is said to be one: without looking, and where reading fails.
		reads.err = errors.New("denied")
		for _, versions := range []bool{true, false} {
			if got := changedAt(t, v, begun, versions); got["openai_api_key"] != "4 true" {
				t.Error(got)
			}
		}
	})
}

// TestNoMoreVersionsAreReadThanNeeded has the walk end with the last key that is open,
// and at its bound.
func TestNoMoreVersionsAreReadThanNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := vault(t, sdkAPI(t), platform.AISecret, `{"openai_api_key":"`+openAIKey+`"}`)
		reads := &counted{API: v.API}
		v.API = reads
		begun := time.Now()
		for n := range maxVersions + 5 {
			time.Sleep(time.Minute)
			if _, err := write(t, v, read(t, v, platform.AISecret), "ai.anthropic_api_key", fmt.Sprint(anthropicKey, n)); err != nil {
				t.Fatal(err)
			}
		}
		reads.reads = 0
		// The oldest of the versions that are read is maxVersions before the last.
		if got := changedAt(t, v, begun, true); got["openai_api_key"] != "5 true" || got["anthropic_api_key"] != "25 false" || reads.reads != maxVersions {
			t.Errorf("%v with %d reads", got, reads.reads)
		}
		time.Sleep(time.Minute)
		if _, err := write(t, v, read(t, v, platform.AISecret), "ai.openai_api_key", openAIKey+"new"); err != nil {
			t.Fatal(err)
		}
		s := read(t, v, platform.AISecret)
		p, err := s.Plan(Change{Key: key(t, "ai.anthropic_api_key"), Unset: true})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, err := v.Write(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		reads.reads = 0
		if got := changedAt(t, v, begun, true); fmt.Sprint(got) != "map[openai_api_key:26 false]" || reads.reads != 2 {
			t.Errorf("%v with %d reads, want 2", got, reads.reads)
		}
	})
}

// TestAVersionThatNeverCameToBeDatesNothing leaves one behind as a killed writer does.
func TestAVersionThatNeverCameToBeDatesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := sdkAPI(t)
		v := vault(t, api, platform.AISecret, `{"openai_api_key":"`+openAIKey+`"}`)
		begun := time.Now()
		time.Sleep(time.Minute)
		if _, err := write(t, v, read(t, v, platform.AISecret), "ai.openai_organization", "org-a"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		s := read(t, v, platform.AISecret)
		p, err := s.Plan(Change{Key: key(t, "ai.openai_api_key"), Value: NewValue([]byte("sk-neverneverneverneverx"))})
		if err != nil {
			t.Fatal(err)
		}
		dying := *v
		dying.Random = rand.NewChaCha8([32]byte{9})
		if _, _, err := dying.put(t.Context(), p, nextStage); err != nil {
			t.Fatal(err)
		}
		if got := changedAt(t, v, begun, true); fmt.Sprint(got) != "map[openai_api_key:0 false openai_organization:1 false]" {
			t.Error(got)
		}
	})
}
