package insights

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Record is an event as a query sees it. Times are in milliseconds since 1970.
type Record struct {
	Timestamp, Ingestion int64
	// Log is the account's number and the log group's name, "123456789012:g".
	Log, Stream, Message, Ptr string
}

// row is an event, or a group of them, on its way through a query.
type row struct {
	record Record
	// fields are those that commands made and those found in the message.
	fields     map[string]value
	discovered bool
}

func (r *row) set(name string, v value) {
	if r.fields == nil {
		r.fields = map[string]value{}
	}
	r.fields[name] = v
}

func (r *row) get(name string) value {
	if v, ok := r.fields[name]; ok {
		return v
	}
	if r.discovered && r.record.Log == "" { // a group
		return value{}
	}
	switch name {
	case "@timestamp":
		return moment(r.record.Timestamp)
	case "@ingestionTime":
		return moment(r.record.Ingestion)
	case "@message":
		return text(r.record.Message)
	case "@logStream":
		return text(r.record.Stream)
	case "@log":
		return text(r.record.Log)
	case "@ptr":
		return text(r.record.Ptr)
	}
	if !r.discovered {
		r.discover()
		return r.fields[name]
	}
	return value{}
}

// maxFields is how many fields are discovered in an event.
const maxFields = 200

// discover finds the fields of a message: JSON's, and those of Lambda's lines.
func (r *row) discover() {
	r.discovered = true
	found := map[string]value{}
	if message := strings.TrimSpace(r.record.Message); strings.HasPrefix(message, "{") {
		decoder := json.NewDecoder(strings.NewReader(message))
		decoder.UseNumber()
		var v map[string]any
		if decoder.Decode(&v) == nil {
			flatten(found, "", v)
		}
	}
	lambdaFields(found, r.record.Message)
	for name, v := range found {
		if _, made := r.fields[name]; !made {
			r.set(name, v)
		}
	}
}

// flatten names what is inside of objects and lists by its way: "a.b.0".
func flatten(found map[string]value, name string, v any) {
	if len(found) >= maxFields {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for key, inside := range v {
			flatten(found, join(name, key), inside)
		}
	case []any:
		for i, inside := range v {
			flatten(found, join(name, strconv.Itoa(i)), inside)
		}
	case string:
		found[name] = text(v)
	case json.Number:
		found[name] = text(v.String())
	case bool:
		found[name] = truth(v)
	}
}

func join(name, key string) string {
	if name == "" {
		return key
	}
	return name + "." + key
}

// lambdaFields reads the lines that Lambda itself writes. Memory is in bytes, a MB
// being a million of them, and durations are in milliseconds.
func lambdaFields(found map[string]value, message string) {
	kind, rest, ok := strings.Cut(message, " RequestId: ")
	if !ok || kind != "START" && kind != "END" && kind != "REPORT" {
		return
	}
	found["@type"] = text(kind)
	for i, part := range strings.Split(strings.TrimSpace(rest), "\t") {
		if i == 0 {
			id, _, _ := strings.Cut(part, " ")
			found["@requestId"] = text(id)
			continue
		}
		name, measure, _ := strings.Cut(part, ": ")
		digits, _, _ := strings.Cut(measure, " ")
		n, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			continue
		}
		switch name {
		case "Duration":
			found["@duration"] = number(n)
		case "Billed Duration":
			found["@billedDuration"] = number(n)
		case "Init Duration":
			found["@initDuration"] = number(n)
		case "Memory Size":
			found["@memorySize"] = number(n * 1e6)
		case "Max Memory Used":
			found["@maxMemoryUsed"] = number(n * 1e6)
		}
	}
}
