package apigateway

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"pgregory.net/rapid"
)

// Whatever the requests, no window of time lets through more than the burst and
// what the rate refills in it, and a caller below the rate is never refused.
func TestABucketKeepsItsRateAndBurst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate, burst := rapid.Float64Range(0.5, 100).Draw(t, "rate"), rapid.IntRange(1, 50).Draw(t, "burst")
		steps := rapid.SliceOfN(rapid.Int64Range(0, int64(2*time.Second)), 1, 200).Draw(t, "steps")
		b, now := &bucket{}, time.Unix(1_800_000_000, 0)
		var admitted []time.Time
		for _, step := range steps {
			now = now.Add(time.Duration(step))
			if b.take(now, rate, burst) {
				admitted = append(admitted, now)
			} else if float64(step)/float64(time.Second)*rate >= 1 {
				t.Fatalf("refused after %v at %v a second", time.Duration(step), rate)
			}
		}
		for i := range admitted {
			for j := i; j < len(admitted); j++ {
				most := float64(burst) + admitted[j].Sub(admitted[i]).Seconds()*rate
				if float64(j-i+1) > most+1e-6 {
					t.Fatalf("%d requests in %v at rate %v, burst %d", j-i+1, admitted[j].Sub(admitted[i]), rate, burst)
				}
			}
		}
	})
}

func TestQuotasBeginAnewWithTheirPeriod(t *testing.T) {
	now := time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC) // a Wednesday
	for period, want := range map[types.QuotaPeriodType]int{types.QuotaPeriodTypeDay: 25, types.QuotaPeriodTypeWeek: 22, types.QuotaPeriodTypeMonth: 1} {
		if got := periodOf(now, period); got != time.Date(2026, 11, want, 0, 0, 0, 0, time.UTC) {
			t.Errorf("%s begins %v", period, got)
		}
	}
}

func TestTheMostFixedResourceIsFound(t *testing.T) {
	var s snapshot
	for _, path := range []string{"/{proxy+}", "/v1/{id}", "/v1/jobs", "/v1/{id}/parts", "/"} {
		s.Methods = append(s.Methods, deployedMethod{Path: path, Method: methodProperties{HttpMethod: "ANY"}})
	}
	s.Methods = append(s.Methods, deployedMethod{Path: "/v1/jobs", Method: methodProperties{HttpMethod: "POST", OperationName: new("own")}})
	for path, want := range map[string]string{
		"/": "/", "/v1/jobs": "/v1/jobs", "/v1/7": "/v1/{id}", "/v1/7/parts": "/v1/{id}/parts", "/v1/7/other": "/{proxy+}", "/x/y/z": "/{proxy+}",
	} {
		got, _, ok := s.find("GET", path)
		if !ok || got.Path != want {
			t.Errorf("%s is served by %s", path, got.Path)
		}
	}
	if got, _, _ := s.find("POST", "/v1/jobs"); got.Method.OperationName == nil {
		t.Error("ANY went before POST")
	}
	if _, bound, _ := s.find("GET", "/x/y"); bound["proxy"] != "x/y" {
		t.Errorf("the greedy parameter is %v", bound)
	}
}
