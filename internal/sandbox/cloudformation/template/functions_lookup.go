package template

import "strings"

func (s *Scope) ref(arg any) (any, error) {
	name, ok := arg.(string)
	if !ok {
		return nil, errorf("Template error: Ref is not a string: %s", Canonical(arg))
	}
	if name == "AWS::NoValue" {
		return noValue{}, nil
	}
	if v, ok := s.Parameters[name]; ok {
		return v, nil
	}
	if _, ok := s.Template.Resources[name]; ok && s.Resource != nil {
		return s.Resource(name)
	}
	return nil, errorf("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", name)
}

// AttributeName takes apart the argument of Fn::GetAtt: "A.B.C" or ["A", "B.C"].
func AttributeName(arg any) (logicalID string, attribute any, ok bool) {
	switch arg := arg.(type) {
	case string:
		return cutAttribute(arg)
	case []any:
		if len(arg) == 2 {
			logicalID, ok = arg[0].(string)
			return logicalID, arg[1], ok
		}
	}
	return "", nil, false
}

func cutAttribute(text string) (logicalID string, attribute any, ok bool) {
	logicalID, name, ok := strings.Cut(text, ".")
	return logicalID, name, ok
}

const getAttUsage = "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute"

func (s *Scope) getAtt(arg any) (any, error) {
	id, attribute, ok := AttributeName(arg)
	if !ok {
		return nil, errorf(getAttUsage)
	}
	name, err := s.evalText(attribute, getAttUsage)
	if err != nil {
		return nil, err
	}
	if _, ok := s.Template.Resources[id]; !ok || s.Attribute == nil {
		return nil, errorf("Template error: instance of Fn::GetAtt references undefined resource %s", id)
	}
	return s.Attribute(id, name)
}

const mapUsage = "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value"

func (s *Scope) findInMap(arg any) (any, error) {
	args, ok := arg.([]any)
	if !ok || len(args) < 3 || len(args) > 4 {
		return nil, errorf(mapUsage)
	}
	keys := make([]string, 3)
	for i := range keys {
		var err error
		if keys[i], err = s.evalText(args[i], mapUsage); err != nil {
			return nil, err
		}
	}
	top, _ := s.Template.Mappings[keys[0]].(map[string]any)
	second, _ := top[keys[1]].(map[string]any)
	if v, ok := second[keys[2]]; ok {
		return s.Eval(v)
	}
	if fallback, ok := defaultOf(args); ok {
		return s.Eval(fallback)
	}
	return nil, errorf("Template error: Unable to get mapping for %s::%s::%s", keys[0], keys[1], keys[2])
}

func defaultOf(args []any) (any, bool) {
	if len(args) != 4 {
		return nil, false
	}
	options, _ := args[3].(map[string]any)
	v, ok := options["DefaultValue"]
	return v, ok
}

func (s *Scope) importValue(arg any) (any, error) {
	name, err := s.evalText(arg, "Template error: the attribute in Fn::ImportValue must be a string or a function that returns a string")
	if err != nil {
		return nil, err
	}
	if unknown(name) || s.Import == nil {
		return KnownAfterApply, nil
	}
	return s.Import(name)
}

func (s *Scope) getAZs(arg any) (any, error) {
	region, err := s.evalText(arg, "Template error: Fn::GetAZs requires a string")
	if err != nil {
		return nil, err
	}
	if region == "" {
		region, _ = s.Parameters["AWS::Region"].(string)
	}
	list := []any{}
	for _, zone := range s.Zones(region) {
		list = append(list, zone)
	}
	return list, nil
}
