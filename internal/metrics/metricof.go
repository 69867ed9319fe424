package metrics

import (
	"slices"
	"strings"
)

// deadAge is how the name of the age of dead letters ends.
const deadAge = "-dlq." + oldest

// matterMetrics are how the names of the metrics end that tell of a matter, the most
// telling first.
var matterMetrics = map[Matter][]string{
	MatterErrors: {"." + errorCount}, MatterLatency: {"." + p95}, MatterTimeOuts: {"." + longest},
	MatterThrottles: {"." + throttles, "." + writeThrottles}, MatterOldest: {"." + oldest}, MatterPaused: {"." + waiting},
	MatterDead: {"." + dead}, MatterExpiry: {deadAge}, MatterSecondTries: {"." + secondTries},
	MatterCPU: {"." + cpu}, MatterMemory: {"." + memory}, MatterREST5xx: {"." + serverErrors}, MatterSocket: {"." + socketClient},
	MatterProvider: {"." + providerErrors}, MatterMail: {"." + mailsRefused},
}

// MetricOf is the metric of a catalog that tells of a matter of a resource; where none
// does, it is the resource's first. It reports whether there is any.
func MetricOf(catalog []Metric, r Resource, matter Matter) (Metric, bool) {
	if matter == MatterProvider || matter == MatterMail { // the functions count these along a job's way
		r = Resource{KindJobs, "jobs"}
	}
	own := slices.DeleteFunc(slices.Clone(catalog), func(m Metric) bool { return m.Resource != r })
	for _, end := range matterMetrics[matter] {
		if i := slices.IndexFunc(own, func(m Metric) bool { return strings.HasSuffix(m.Name, end) }); i >= 0 {
			return own[i], true
		}
	}
	if len(own) == 0 {
		return Metric{}, false
	}
	return own[0], true
}
