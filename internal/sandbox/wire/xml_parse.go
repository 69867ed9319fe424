package wire

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// parseXML reads a document; the root element's name is dropped, attributes become
// children beside the elements.
func parseXML(s string) (node, error) {
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return node{}, malformed("the body has no XML element")
		}
		if err != nil {
			return node{}, malformed("%v", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			return parseElement(d, start, 0)
		}
	}
}

func parseElement(d *xml.Decoder, start xml.StartElement, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, malformed("the body nests too deeply")
	}
	n := node{kind: kindTree, name: start.Name.Local}
	for _, a := range start.Attr {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
			n.nodes = append(n.nodes, node{kind: kindRaw, name: a.Name.Local, text: a.Value})
		}
	}
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return node{}, malformed("%v", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			child, err := parseElement(d, t, depth+1)
			if err != nil {
				return node{}, err
			}
			n.nodes = append(n.nodes, child)
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			if len(n.nodes) == 0 {
				n.kind, n.text = kindRaw, text.String()
			}
			return n, nil
		}
	}
}
