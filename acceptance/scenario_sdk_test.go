package acceptance

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// sdk is aws-sdk-go-v2, its clients called by the names of their methods.
type sdk struct{ config aws.Config }

// makers make the client of each service, by the name that boto3 has for it.
var makers = map[string]func(aws.Config) any{
	"apigatewaymanagementapi": func(c aws.Config) any { return apigatewaymanagementapi.NewFromConfig(c) },
	"cloudtrail":              func(c aws.Config) any { return cloudtrail.NewFromConfig(c) },
	"cloudwatch":              func(c aws.Config) any { return cloudwatch.NewFromConfig(c) },
	"dynamodb":                func(c aws.Config) any { return dynamodb.NewFromConfig(c) },
	"elasticache":             func(c aws.Config) any { return elasticache.NewFromConfig(c) },
	"iam":                     func(c aws.Config) any { return iam.NewFromConfig(c) },
	"lambda":                  func(c aws.Config) any { return lambda.NewFromConfig(c) },
	"logs":                    func(c aws.Config) any { return cloudwatchlogs.NewFromConfig(c) },
	"s3":                      func(c aws.Config) any { return s3.NewFromConfig(c, pathStyle) },
	"secretsmanager":          func(c aws.Config) any { return secretsmanager.NewFromConfig(c) },
	"sns":                     func(c aws.Config) any { return sns.NewFromConfig(c) },
	"sqs":                     func(c aws.Config) any { return sqs.NewFromConfig(c) },
	"ssm":                     func(c aws.Config) any { return ssm.NewFromConfig(c) },
	"sts":                     func(c aws.Config) any { return sts.NewFromConfig(c) },
}

func pathStyle(o *s3.Options) { o.UsePathStyle = true }

func (s sdk) call(t *testing.T, c call) reply {
	t.Helper()
	config := s.config
	config.BaseEndpoint = &c.Endpoint
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	client, name := makers[c.Service](config), c.Operation
	if c.Presign {
		client, name = s3.NewPresignClient(client.(*s3.Client)), "Presign"+name
	}
	method := reflect.ValueOf(client).MethodByName(name)
	if !method.IsValid() {
		t.Fatalf("aws-sdk-go-v2 has no %s of %s", name, c.Service)
	}
	input := reflect.New(method.Type().In(1).Elem())
	fillGo(t, input.Elem(), c.Input)
	results := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), input})
	if err, _ := results[1].Interface().(error); err != nil {
		return reply{Code: oracle.Code(err), Message: err.Error(), Status: oracle.Status(err)}
	}
	return reply{Output: plainGo(results[0])}
}

// fillGo gives a struct of the SDK the members that JSON has, by their names.
func fillGo(t *testing.T, to reflect.Value, from any) {
	t.Helper()
	switch in := from.(type) {
	case map[string]any:
		fillMembers(t, to, in)
	case []any:
		to.Set(reflect.MakeSlice(to.Type(), len(in), len(in)))
		for i, item := range in {
			fillGo(t, to.Index(i), item)
		}
	default:
		fillScalar(t, to, in)
	}
}

func fillMembers(t *testing.T, to reflect.Value, in map[string]any) {
	t.Helper()
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		fillMembers(t, to.Elem(), in)
	case reflect.Map:
		to.Set(reflect.MakeMap(to.Type()))
		for key, item := range in {
			value := reflect.New(to.Type().Elem()).Elem()
			fillGo(t, value, item)
			to.SetMapIndex(reflect.ValueOf(key).Convert(to.Type().Key()), value)
		}
	case reflect.Struct:
		for key, item := range in {
			field := to.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, key) })
			if !field.IsValid() {
				t.Fatalf("%s has no member %s", to.Type(), key)
			}
			fillGo(t, field, item)
		}
	case reflect.Interface:
		for key, item := range in {
			member := reflect.New(attributeMembers[key])
			fillGo(t, member.Elem().FieldByName("Value"), item)
			to.Set(member)
		}
	default:
		t.Fatalf("%s is no struct", to.Type())
	}
}

// attributeMembers are the members of DynamoDB's AttributeValue.
var attributeMembers = map[string]reflect.Type{
	"B": reflect.TypeFor[dynamotypes.AttributeValueMemberB](), "BOOL": reflect.TypeFor[dynamotypes.AttributeValueMemberBOOL](),
	"L": reflect.TypeFor[dynamotypes.AttributeValueMemberL](), "M": reflect.TypeFor[dynamotypes.AttributeValueMemberM](),
	"N": reflect.TypeFor[dynamotypes.AttributeValueMemberN](), "NS": reflect.TypeFor[dynamotypes.AttributeValueMemberNS](),
	"NULL": reflect.TypeFor[dynamotypes.AttributeValueMemberNULL](), "S": reflect.TypeFor[dynamotypes.AttributeValueMemberS](),
	"SS": reflect.TypeFor[dynamotypes.AttributeValueMemberSS](),
}

func fillScalar(t *testing.T, to reflect.Value, from any) {
	t.Helper()
	said, isText := from.(string)
	switch {
	case to.Kind() == reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		fillScalar(t, to.Elem(), from)
	case to.Type() == reflect.TypeFor[time.Time]() && isText:
		moment, err := time.Parse(time.RFC3339, said)
		if err != nil {
			t.Fatal(err)
		}
		to.Set(reflect.ValueOf(moment))
	case to.Type() == reflect.TypeFor[io.Reader]() && isText:
		to.Set(reflect.ValueOf(strings.NewReader(said)))
	case reflect.TypeOf(from).ConvertibleTo(to.Type()) && (isText == (to.Kind() == reflect.String || to.Kind() == reflect.Slice)):
		to.Set(reflect.ValueOf(from).Convert(to.Type()))
	default:
		t.Fatalf("%v is no %s", from, to.Type())
	}
}

// plainGo is an answer as the JSON of the API has it; what is absent is nil.
func plainGo(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return plainPointer(v)
	case reflect.Struct:
		return plainStruct(v)
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return string(v.Bytes())
		}
		out := make([]any, v.Len())
		for i := range out {
			out[i] = plainGo(v.Index(i))
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		for key, value := range v.Seq2() {
			out[key.String()] = plainGo(value)
		}
		return out
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int32, reflect.Int64:
		return float64(v.Int())
	case reflect.Float64:
		return v.Float()
	}
	panic(errors.New("no JSON for " + v.Type().String()))
}

func plainPointer(v reflect.Value) any {
	if v.IsNil() {
		return nil
	}
	if body, ok := v.Interface().(io.ReadCloser); ok {
		defer body.Close()
		content, _ := io.ReadAll(body)
		return string(content)
	}
	target := reflect.Indirect(v.Elem())
	if _, name, found := strings.Cut(target.Type().Name(), "Member"); found && target.Kind() == reflect.Struct && v.Kind() == reflect.Interface {
		return map[string]any{name: plainGo(target.FieldByName("Value"))}
	}
	return plainGo(v.Elem())
}

func plainStruct(v reflect.Value) any {
	if moment, ok := v.Interface().(time.Time); ok {
		return moment.Format(time.RFC3339Nano)
	}
	out := map[string]any{}
	for field, value := range v.Fields() {
		if field.IsExported() && field.Name != "ResultMetadata" {
			if plain := plainGo(value); plain != nil && plain != "" {
				out[field.Name] = plain
			}
		}
	}
	return out
}
