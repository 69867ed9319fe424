package secretsmanager

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// maxVersions is about how many versions AWS keeps; the oldest without a staging
// label go first.
const maxVersions = 100

// maxStages is how many staging labels a version can have.
const maxStages = 20

// byID finds a version.
func (sec *secret) byID(id string) (version, bool) {
	i := slices.IndexFunc(sec.Versions, func(v version) bool { return v.ID == id })
	if i < 0 {
		return version{}, false
	}
	return sec.Versions[i], true
}

// byStage finds the version that a staging label is attached to.
func (sec *secret) byStage(stage string) (version, bool) {
	i := slices.IndexFunc(sec.Versions, func(v version) bool { return slices.Contains(v.Stages, stage) })
	if i < 0 {
		return version{}, false
	}
	return sec.Versions[i], true
}

// stages lists the staging labels by version, as DescribeSecret shows them:
// versions without one are left out.
func (sec *secret) stages() map[string][]string {
	var out map[string][]string
	for _, v := range sec.Versions {
		if len(v.Stages) > 0 {
			if out == nil {
				out = map[string][]string{}
			}
			out[v.ID] = v.Stages
		}
	}
	return out
}

// put adds a version with its staging labels. The same version id with the same
// value is no change, with another value an error; added tells which. The first
// version of a secret becomes the current one in any case.
func (sec *secret) put(v version, stages []string) (added bool, err error) {
	if known, ok := sec.byID(v.ID); ok {
		if known.sameValue(v) {
			return false, nil
		}
		return false, &types.ResourceExistsException{Message: new(
			"You can't use ClientRequestToken " + v.ID + " because that value is already in use for a version of secret " + sec.ARN + ".")}
	}
	if len(sec.Versions) == 0 && !slices.Contains(stages, current) {
		stages = append([]string{current}, stages...)
	}
	sec.Versions = append(slices.Clone(sec.Versions), v)
	for _, stage := range stages {
		sec.move(stage, v.ID)
	}
	sec.trim()
	return true, nil
}

// move attaches a staging label to a version and takes it from the one that had
// it. The version that was current becomes the previous one.
func (sec *secret) move(stage, id string) {
	before, had := sec.byStage(stage)
	sec.Versions = slices.Clone(sec.Versions)
	for i, v := range sec.Versions {
		stages := slices.DeleteFunc(slices.Clone(v.Stages), func(s string) bool { return s == stage })
		if v.ID == id {
			stages = append(stages, stage)
		}
		sec.Versions[i].Stages = stages
	}
	if stage == current && had && before.ID != id {
		sec.move(previous, before.ID)
	}
}

// detach takes a staging label away.
func (sec *secret) detach(stage string) { sec.move(stage, "") }

func (sec *secret) trim() {
	for i := 0; len(sec.Versions) > maxVersions && i < len(sec.Versions); {
		if len(sec.Versions[i].Stages) == 0 {
			sec.Versions = slices.Delete(sec.Versions, i, i+1)
			continue
		}
		i++
	}
}

// touch keeps the day of the last access, which is all that AWS keeps of it.
func (sec *secret) touch(id string, now time.Time) {
	day := now.UTC().Truncate(24 * time.Hour)
	sec.Accessed = &day
	sec.Versions = slices.Clone(sec.Versions)
	for i := range sec.Versions {
		if sec.Versions[i].ID == id {
			sec.Versions[i].Accessed = &day
		}
	}
}
