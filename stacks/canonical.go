package stacks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// canonical rewrites a template so that equal ones are equal byte by byte and the
// change of one resource is the change of one line. It takes out the metadata
// that CDK adds and gives the construct paths that stood there.
func canonical(raw []byte) (body []byte, paths map[string]string, err error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var template map[string]any
	if err := decoder.Decode(&template); err != nil {
		return nil, nil, err
	}
	resources, ok := template["Resources"].(map[string]any)
	if !ok {
		return nil, nil, fmt.Errorf("it has no resources")
	}
	paths = map[string]string{}
	for id, resource := range resources {
		if path := takePath(resource.(map[string]any)); path != id && path != "" {
			paths[id] = path
		}
	}
	var out bytes.Buffer
	err = writeSections(&out, template)
	return out.Bytes(), paths, err
}

// takePath removes a resource's metadata and gives its construct path, without
// the stack in front and the "Resource" that every wrapper ends in.
func takePath(resource map[string]any) string {
	metadata, _ := resource["Metadata"].(map[string]any)
	delete(resource, "Metadata")
	path, _ := metadata["aws:cdk:path"].(string)
	_, path, _ = strings.Cut(path, "/")
	return strings.TrimSuffix(path, "/Resource")
}

func writeSections(out *bytes.Buffer, template map[string]any) error {
	out.WriteString("{")
	for i, name := range slices.Sorted(maps.Keys(template)) {
		if i > 0 {
			out.WriteString(",")
		}
		fmt.Fprintf(out, "\n%q:", name)
		entries, ok := template[name].(map[string]any)
		if !ok {
			if err := writeValue(out, template[name]); err != nil {
				return err
			}
			continue
		}
		out.WriteString("{")
		for j, key := range slices.Sorted(maps.Keys(entries)) {
			if j > 0 {
				out.WriteString(",")
			}
			fmt.Fprintf(out, "\n%q:", key)
			if err := writeValue(out, entries[key]); err != nil {
				return err
			}
		}
		out.WriteString("}")
	}
	out.WriteString("}\n")
	return nil
}

// writeValue writes minified JSON, without the escapes meant for HTML.
func writeValue(out *bytes.Buffer, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	out.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	return nil
}
