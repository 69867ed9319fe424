package present

// Chaos is the document of local chaos --json.
type Chaos struct {
	Rules            []ChaosRule `json:"rules"`
	KillEverySeconds float64     `json:"killEverySeconds,omitempty"`
	// Killed counts processes.
	Killed int `json:"killed"`
}

// ChaosRule is one thing that goes wrong on purpose, and how often it has.
type ChaosRule struct {
	Kind           string  `json:"kind"`
	Service        string  `json:"service,omitempty"`
	Operation      string  `json:"operation,omitempty"`
	Percent        float64 `json:"percent"`
	LatencySeconds float64 `json:"latencySeconds,omitempty"`
	Count          int     `json:"count"`
}
