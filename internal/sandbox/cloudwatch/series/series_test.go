package series_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/series"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/unraced"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func duration(function string) series.Metric {
	return series.Metric{Namespace: "AWS/Lambda", Name: "Duration", Dimensions: []host.Dimension{{Name: "FunctionName", Value: function}}}
}

func datum(m series.Metric, value float64, at time.Time) host.Datum {
	return host.Datum{Namespace: m.Namespace, Name: m.Name, Dimensions: m.Dimensions, Value: value, Unit: "Milliseconds", At: at}
}

func value(t testing.TB, b *series.Bucket, statistic string) float64 {
	t.Helper()
	f, ok := series.Parse(statistic)
	if !ok {
		t.Fatalf("%s is no statistic", statistic)
	}
	v, ok := f(b)
	if !ok {
		t.Fatalf("no %s", statistic)
	}
	return v
}

// rank is the smallest of the values that at least percent of them do not exceed.
func rank(values []float64, percent float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	i := int(math.Ceil(percent/100*float64(len(sorted))-1e-9)) - 1
	return sorted[max(i, 0)]
}

func TestWhatWasRecordedComesBackInAnyPeriodThroughFlushesAgeAndRestarts(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		folder, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			r.Fatal(err)
		}
		s, m, now := series.Open(folder), duration("f"), noon
		type entry struct {
			at    time.Time
			value float64
		}
		var model []entry
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			switch rapid.IntRange(0, 9).Draw(r, "step") {
			case 0:
				now = now.Add(time.Duration(rapid.IntRange(1, 300).Draw(r, "minutes")) * time.Minute)
				s.Flush(now)
			case 1:
				s.Close(now)
				s = series.Open(folder)
			default:
				e := entry{now.Add(-time.Duration(rapid.IntRange(0, 20000).Draw(r, "late")) * time.Second), float64(rapid.IntRange(-50, 5000).Draw(r, "value")) / 8}
				model = append(model, e)
				s.Record(now, datum(m, e.value, e.at))
			}
		}
		period := time.Duration(rapid.IntRange(1, 90).Draw(r, "period")) * time.Minute
		start := noon.Add(-6 * time.Hour)
		for i, b := range s.Periods(m, "", start, now.Add(time.Minute), period) {
			from := start.Add(time.Duration(i) * period)
			var want []float64
			for _, e := range model {
				if !e.at.Before(from) && e.at.Before(from.Add(period)) {
					want = append(want, e.value)
				}
			}
			if b == nil != (len(want) == 0) {
				r.Fatalf("period %d has bucket %v, the model has %v", i, b, want)
			}
			if b != nil {
				compare(r, b, want)
			}
		}
		s.Close(now)
	})
}

func compare(r *rapid.T, b *series.Bucket, want []float64) {
	sum := 0.0
	for _, v := range want {
		sum += v
	}
	if b.Count != float64(len(want)) || math.Abs(b.Sum-sum) > 1e-6 || b.Min != slices.Min(want) || b.Max != slices.Max(want) {
		r.Fatalf("bucket is %+v, the model has %v", b, want)
	}
	for _, percent := range []float64{1, 50, 90, 99} {
		f, _ := series.Parse(fmt.Sprintf("p%g", percent))
		got, _ := f(b)
		if exact := rank(want, percent); math.Abs(got-exact) > math.Abs(exact)*series.RelativeError*1.001 {
			r.Fatalf("p%g of %v is %v, want %v", percent, want, got, exact)
		}
	}
}

func TestPercentilesAreExactWhileFewAndWithinTheStatedErrorWhenMany(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 10, 200, 256, 5000, 200_000} {
		s, m := series.Open(""), duration("f")
		var values []float64
		for range n {
			v := math.Round(math.Exp(random.NormFloat64()+4)*100) / 100
			values = append(values, v)
			s.Record(noon, datum(m, v, noon))
		}
		b := s.Periods(m, "", noon, noon.Add(time.Minute), time.Minute)[0]
		for _, percent := range []float64{0, 1, 50, 90, 95, 99, 99.9, 100} {
			exact, got := rank(values, percent), value(t, b, fmt.Sprintf("p%g", percent))
			allowed := exact * series.RelativeError
			if n <= 256 {
				allowed = 0
			}
			if math.Abs(got-exact) > allowed {
				t.Errorf("p%g of %d values is %g, exactly %g", percent, n, got, exact)
			}
		}
	}
}

func TestStatisticsOfATrimmedBucketAreThoseOfItsMiddle(t *testing.T) {
	b := &series.Bucket{}
	for i := 1; i <= 100; i++ {
		b.Add(float64(i), 1)
	}
	for name, want := range map[string]float64{ // 1..100: computed by hand
		"Sum": 5050, "Average": 50.5, "Minimum": 1, "Maximum": 100, "SampleCount": 100, "p50": 50, "p99": 99, "p100": 100,
		"tm90": 45.5, "TM(10%:90%)": 50.5, "TC(10%:90%)": 80, "TS(10%:90%)": 4040, "IQM": 50.5, "TM(:50%)": 25.5, "WM(10%:90%)": 50.4,
	} {
		if got := value(t, b, name); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{"", "p", "p101", "p-1", "q5", "TM(5:95)", "TM(90%:10%)", "tm", "sum"} {
		if _, ok := series.Parse(name); ok {
			t.Errorf("%q is taken for a statistic", name)
		}
	}
}

func TestStatisticSetsHavePercentilesOnlyWhenTheirValuesAreKnown(t *testing.T) {
	p50, _ := series.Parse("p50")
	for want, add := range map[bool]func(*series.Bucket){
		true:  func(b *series.Bucket) { b.AddSet(1, 7, 7, 7); b.AddSet(5, 35, 7, 7) },
		false: func(b *series.Bucket) { b.AddSet(2, 9, 4, 5) },
	} {
		b := &series.Bucket{}
		add(b)
		if _, ok := p50(b); ok != want {
			t.Errorf("a percentile is there: %v, want %v", ok, want)
		}
	}
}

func TestATornFileLosesItsLastMinuteOnly(t *testing.T) {
	folder, m := t.TempDir(), duration("f")
	s := series.Open(folder)
	for i := range 3 {
		s.Record(noon, datum(m, float64(i+1), noon.Add(time.Duration(i)*time.Minute)))
		s.Flush(noon.Add(time.Duration(i+1) * time.Minute))
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	info, _ := os.Stat(files[0])
	if err := os.Truncate(files[0], info.Size()-3); err != nil {
		t.Fatal(err)
	}
	again := series.Open(folder)
	again.Record(noon, datum(m, 9, noon.Add(3*time.Minute)))
	again.Close(noon.Add(4 * time.Minute))
	got := series.Open(folder).Periods(m, "Milliseconds", noon, noon.Add(4*time.Minute), time.Minute)
	if got[0] == nil || got[0].Sum != 1 || got[1] == nil || got[1].Sum != 2 || got[2] != nil || got[3] == nil || got[3].Sum != 9 {
		t.Errorf("after the tear there are %+v", got)
	}
}

func TestFifteenDaysFitAndOlderOnesGo(t *testing.T) {
	unraced.Only(t)
	folder := t.TempDir()
	s, random := series.Open(folder), rand.New(rand.NewPCG(3, 4))
	const metrics, hours = 200, 16 * 24
	now := noon
	var names []series.Metric
	for i := range metrics {
		names = append(names, duration(fmt.Sprint("function-", i)))
	}
	for minute := range hours * 60 {
		now = noon.Add(time.Duration(minute) * time.Minute)
		if minute%60 >= 6 && minute < (hours-4)*60 {
			continue // a tenth of the old hours stands for all, or the test would be slow
		}
		for i, m := range names {
			s.Record(now, datum(m, float64(minute%7), now))
			for range i / 186 * 40 { // fourteen are latencies, as many as functions, APIs and providers have
				s.Record(now, datum(m, math.Round(math.Exp(random.NormFloat64()+5)*100)/100, now))
			}
		}
		s.Flush(now.Add(time.Minute))
	}
	s.Close(now)
	size := int64(0)
	files, _ := filepath.Glob(filepath.Join(folder, "*"))
	for _, file := range files {
		info, _ := os.Stat(file)
		size += info.Size()
	}
	if len(files) > 15*24+4 {
		t.Errorf("%d files: old ones stay", len(files))
	}
	whole := 10 * s.CoarseSize()
	t.Logf("15 days of %d metrics: %.1f MB of encoded buckets; a tenth of them %.1f MB of files", metrics, float64(whole)/1e6, float64(size)/1e6)
	if whole > 40e6 || size > 8e6 {
		t.Error("that is more than there is room for")
	}
	if got := s.Metrics(now.Add(-time.Hour)); len(got) != metrics {
		t.Errorf("%d metrics are left", len(got))
	}
	if b := s.Periods(names[0], "", noon, noon.Add(time.Hour), time.Hour); b[0] != nil {
		t.Error("what is sixteen days old is still there")
	}
}

func BenchmarkRecord(b *testing.B) {
	s := series.Open("")
	var data []host.Datum
	for i := range 200 {
		data = append(data, datum(duration(fmt.Sprint("f", i)), float64(i), time.Time{}))
	}
	random := rand.New(rand.NewPCG(5, 6))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d := data[i%len(data)]
		d.Value = random.Float64()
		s.Record(noon.Add(time.Duration(i/5000)*time.Second), d)
		if i%300_000 == 0 {
			s.Flush(noon.Add(time.Duration(i/5000) * time.Second))
		}
	}
}

func FuzzDamagedFilesAreReadAsFarAsTheyGo(f *testing.F) {
	s := series.Open(f.TempDir())
	s.Record(noon, datum(duration("f"), 1, noon))
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "00000001.minutes"), series.Sealed(data), 0o600); err != nil {
			t.Fatal(err)
		}
		series.Open(folder).Metrics(time.Time{})
	})
}
