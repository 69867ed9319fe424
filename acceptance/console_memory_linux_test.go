package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// journal is CloudWatch Logs with so many lines that nobody stored: those of six groups,
// spread evenly over the six hours before it began.
type journal struct {
	lines int
	begin time.Time
	told  atomic.Int64
}

// journalGroups is how many log groups an environment has.
const journalGroups, journalHours = 6, 6 * time.Hour

// at is when a line was written, in milliseconds.
func (j *journal) at(line int) int64 {
	return j.begin.UnixMilli() - journalHours.Milliseconds() + int64(line)*journalHours.Milliseconds()/int64(j.lines)
}

// group is the place of a log group, by its name.
func group(name string) int {
	for i, part := range []string{"ai-processor", "analytics", "websocket-handler", "email", "rest"} {
		if strings.Contains(name, part) {
			return i
		}
	}
	return journalGroups - 1
}

// answer gives a page of a group, of about a megabyte as those of AWS.
func (j *journal) answer(w http.ResponseWriter, r *http.Request) {
	var in struct {
		LogGroupName, NextToken string
		StartTime               int64
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	line := group(in.LogGroupName)
	if next, err := strconv.Atoi(in.NextToken); err == nil {
		line = next
	} else {
		for skipped := j.lines / journalGroups; skipped > 0; skipped /= 2 { // halving leads near the first, then one by one
			for j.at(line+skipped*journalGroups) < in.StartTime {
				line += skipped * journalGroups
			}
		}
	}
	const most = 4000
	body, count := []byte(`{"events":[`), 0
	for ; line < j.lines && count < most; line += journalGroups {
		if at := j.at(line); at >= in.StartTime {
			if count++; count > 1 {
				body = append(body, ',')
			}
			body = fmt.Appendf(body, `{"eventId":"%056d","logStreamName":"2026/11/28/[1]%032x","timestamp":%d,"ingestionTime":%d,"message":"{\"time\":\"2026-11-22T23:53:52.03Z\",\"level\":\"INFO\",\"msg\":\"job answered\",\"jobId\":\"job-%d\",\"model\":\"gpt-5.4-mini\",\"requestId\":\"09753288-fa78-d419-8a55-%012d\"}"}`,
				line, line%100, at, at, line, line/10)
		}
	}
	j.told.Add(int64(count))
	body = append(body, ']')
	if line < j.lines {
		body = fmt.Appendf(body, `,"nextToken":"%d"`, line)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_, _ = w.Write(append(body, '}'))
}

// The console that has read ten million lines holds the last hundred thousand. It may
// take 120 MB, by what the system counts. KEYVEX_LOG_VOLUME gives the full size,
// 10000000. Without it this is to notice a console that keeps what it reads: collectors of
// more cores let a little more lie.
func TestTheLogsOfTheConsoleTakeLittleMemory(t *testing.T) {
	j, most := &journal{lines: 400_000, begin: time.Now()}, int64(180_000)
	if n, err := strconv.Atoi(os.Getenv("KEYVEX_LOG_VOLUME")); err == nil {
		j.lines, most = n, 120_000
	}
	server := newForeign(t, func(f *foreign) { f.misbehave = of("FilterLogEvents", j.answer) })
	h := newHome(t).with("AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=none", "AWS_REGION=eu-central-1", "AWS_ENDPOINT_URL="+server.URL)
	s := h.open(120, 40, "tui", "-e", "development")
	s.sees("FUNCTION").press("3").sees("following")
	pid := s.process()
	j.told.Store(0)
	begin := time.Now()
	s.press("-", "-", "-", "-") // from ten minutes to six hours
	s.within(18*time.Minute, "the last lines are not there", func(shown string) bool {
		return strings.Contains(shown, "following") && strings.Contains(shown, "the newest") && strings.Contains(shown, fmt.Sprint("job-", j.lines-1))
	})
	if told := j.told.Load(); told < int64(j.lines) {
		t.Errorf("the console read %d lines of %d", told, j.lines)
	}
	number, _ := strconv.Atoi(pid)
	kilobytes := peak(number)
	t.Logf("after %d lines in %s the console has taken %d MB at most", j.lines, time.Since(begin).Round(time.Second), kilobytes>>10)
	if kilobytes == 0 || kilobytes > most {
		t.Errorf("the console took %d kB, which may be %d", kilobytes, most)
	}
}
