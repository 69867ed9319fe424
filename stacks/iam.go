package stacks

import (
	"github.com/keyvex/keyvex/internal/platform"
)

// arn writes an ARN of this account and region.
func arn(service, resource string) string {
	return "arn:${AWS::Partition}:" + service + ":${AWS::Region}:${AWS::AccountId}:" + resource
}

func roleARN(name string) string { return "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/" + name }

func bucketARN(name string) string { return "arn:${AWS::Partition}:s3:::" + name }

func (s stack) tableARN() string { return arn("dynamodb", "table/"+s.env.TableName()) }

func (s stack) queueARN(q platform.Queue) string { return arn("sqs", s.env.QueueName(q)) }

func (s stack) functionARN(f platform.Function) string {
	return arn("lambda", "function:"+s.env.FunctionName(f))
}

func (s stack) bucketName(b platform.Bucket) string {
	return s.env.BucketName(b, "${AWS::AccountId}")
}

// secretARN matches one secret. Secrets Manager appends a hyphen and six random
// characters; "-*" would match other environments' secrets too.
func (s stack) secretARN(secret platform.Secret) string {
	return arn("secretsmanager", "secret:"+s.env.SecretName(secret)+"-??????")
}

// tableAndIndexes lists the ARNs that item actions need.
func (s stack) tableAndIndexes() []string {
	arns := []string{s.tableARN()}
	for _, index := range platform.Indexes {
		arns = append(arns, s.tableARN()+"/index/"+string(index))
	}
	return arns
}

// statement is one statement of an IAM policy; it allows unless it denies.
type statement struct {
	sid       string
	deny      bool
	principal map[string]any
	actions   []string
	resources []string
	condition map[string]any
}

// document writes a policy document in CloudFormation's form.
func document(statements ...statement) map[string]any {
	list := make([]any, len(statements))
	for i, st := range statements {
		list[i] = st.json()
	}
	return map[string]any{"Version": "2012-10-17", "Statement": list}
}

func (st statement) json() map[string]any {
	out := map[string]any{"Effect": "Allow", "Action": st.actions}
	if st.deny {
		out["Effect"] = "Deny"
	}
	if st.sid != "" {
		out["Sid"] = st.sid
	}
	if st.principal != nil {
		out["Principal"] = st.principal
	}
	if st.resources != nil {
		out["Resource"] = subs(st.resources)
	}
	if st.condition != nil {
		out["Condition"] = st.condition
	}
	return out
}

// subs is the form of texts inside an untyped document.
func subs(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = sub(text)
	}
	return list
}

// trust lets an AWS service assume a role.
func trust(service string) map[string]any {
	return document(statement{principal: map[string]any{"Service": service}, actions: []string{"sts:AssumeRole"}})
}
