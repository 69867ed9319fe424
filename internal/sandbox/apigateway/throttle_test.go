package apigateway_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestBurstAndRateOfThePlanThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deployReal(t, oracle.Host())
		statuses := map[int]int{}
		ask := func(n int) {
			for range n {
				response, body := r.ask(t, "POST", "/v1/jobs", job, "X-Api-Key", r.secret)
				statuses[response.StatusCode]++
				if response.StatusCode == 429 && body != `{"message":"Too Many Requests"}` {
					t.Errorf("got %s", body)
				}
			}
		}
		ask(150) // the template allows 100 at once and 50 a second
		if statuses[202] != 100 || statuses[429] != 50 {
			t.Errorf("of 150 at once: %v", statuses)
		}
		time.Sleep(time.Second)
		ask(60)
		if statuses[202] != 150 {
			t.Errorf("a second later: %v", statuses)
		}
	})
}

func TestTheQuotaOfADayIsUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := deployReal(t, oracle.Host())
		for id, plan := range r.plans(t) {
			plan["Quota"] = map[string]any{"Limit": 3.0, "Period": "DAY"}
			r.changePlan(t, id, plan)
		}
		ask := func() (int, string) {
			response, body := r.ask(t, "POST", "/v1/jobs", job, "X-Api-Key", r.secret)
			return response.StatusCode, body
		}
		for range 3 {
			if status, body := ask(); status != 202 {
				t.Fatalf("got %d %s", status, body)
			}
		}
		if status, body := ask(); status != 429 || body != `{"message":"Limit Exceeded"}` {
			t.Errorf("the fourth gives %d %s", status, body)
		}
		time.Sleep(24 * time.Hour)
		if status, _ := ask(); status != 202 {
			t.Errorf("the next day gives %d", status)
		}
	})
}
