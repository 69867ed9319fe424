package template

import "slices"

// iamNames are the types that need CAPABILITY_IAM, each with the property whose
// presence raises that to CAPABILITY_NAMED_IAM.
var iamNames = map[string]string{
	"AWS::IAM::AccessKey": "", "AWS::IAM::Group": "GroupName", "AWS::IAM::InstanceProfile": "InstanceProfileName",
	"AWS::IAM::ManagedPolicy": "ManagedPolicyName", "AWS::IAM::Policy": "", "AWS::IAM::Role": "RoleName",
	"AWS::IAM::User": "UserName", "AWS::IAM::UserToGroupAddition": "",
}

// Capability gives the capability that the template needs ("" for none) and the
// types that are the reason.
func (t *Template) Capability() (name string, reason []string) {
	for _, id := range sortedKeys(t.Resources) {
		r := t.Resources[id]
		property, isIAM := iamNames[r.Type]
		if !isIAM {
			continue
		}
		if !slices.Contains(reason, r.Type) {
			reason = append(reason, r.Type)
		}
		if r.Properties[property] != nil {
			name = "CAPABILITY_NAMED_IAM"
		} else if name == "" {
			name = "CAPABILITY_IAM"
		}
	}
	return name, reason
}
