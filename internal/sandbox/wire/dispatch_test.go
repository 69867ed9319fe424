package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	cftypes "github.com/aws/aws-sdk-go-v2/service/cloudfront/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	ectypes "github.com/aws/aws-sdk-go-v2/service/elasticache/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func TestServicesThatShareASigningNameAreToldApartByPath(t *testing.T) {
	one := &wire.Service{Name: "apigateway", Protocols: []wire.Protocol{wire.RESTJSON}}
	wire.Handle(one, func(_ context.Context, in *apigateway.GetRestApiInput) (*apigateway.GetRestApiOutput, error) {
		return &apigateway.GetRestApiOutput{Name: aws.String("one " + *in.RestApiId)}, nil
	})
	wire.Handle(one, func(_ context.Context, in *apigateway.GetTagsInput) (*apigateway.GetTagsOutput, error) {
		return &apigateway.GetTagsOutput{Tags: map[string]string{"arn": *in.ResourceArn}}, nil
	})
	two := &wire.Service{Name: "apigateway", Protocols: []wire.Protocol{wire.RESTJSON}}
	wire.Handle(two, func(_ context.Context, in *apigatewayv2.GetApiInput) (*apigatewayv2.GetApiOutput, error) {
		return &apigatewayv2.GetApiOutput{Name: aws.String("two " + *in.ApiId)}, nil
	})
	wire.Handle(two, func(_ context.Context, in *apigatewayv2.DeleteApiInput) (*apigatewayv2.DeleteApiOutput, error) {
		return &apigatewayv2.DeleteApiOutput{}, nil
	})
	cfg, _ := connect(t, one, two)
	v1, v2 := apigateway.NewFromConfig(cfg), apigatewayv2.NewFromConfig(cfg)
	a, errA := v1.GetRestApi(t.Context(), &apigateway.GetRestApiInput{RestApiId: aws.String("x/y")})
	b, errB := v2.GetApi(t.Context(), &apigatewayv2.GetApiInput{ApiId: aws.String("x")})
	arn := "arn:aws:apigateway:eu-west-1::/restapis/x"
	tags, errTags := v1.GetTags(t.Context(), &apigateway.GetTagsInput{ResourceArn: &arn})
	_, errDelete := v2.DeleteApi(t.Context(), &apigatewayv2.DeleteApiInput{ApiId: aws.String("x")})
	if err := errors.Join(errA, errB, errTags, errDelete); err != nil {
		t.Fatal(err)
	}
	if *a.Name != "one x/y" || *b.Name != "two x" || tags.Tags["arn"] != arn {
		t.Errorf("got %q, %q, %v", *a.Name, *b.Name, tags.Tags)
	}
}

func TestErrorsKeepTypeCodeStatusAndMembers(t *testing.T) {
	functions := &wire.Service{Name: "lambda", Protocols: []wire.Protocol{wire.RESTJSON}}
	wire.Handle(functions, func(context.Context, *lambda.GetFunctionInput) (*lambda.GetFunctionOutput, error) {
		return nil, &lambdatypes.ResourceNotFoundException{Message: aws.String("Function not found: f"), Type: aws.String("User")}
	})
	caches := &wire.Service{Name: "elasticache", Protocols: []wire.Protocol{wire.Query}, Version: "2015-02-02", Namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/"}
	wire.Handle(caches, func(context.Context, *elasticache.DescribeReplicationGroupsInput) (*elasticache.DescribeReplicationGroupsOutput, error) {
		return nil, &ectypes.ReplicationGroupNotFoundFault{Message: aws.String("no group")}
	})
	cfg, _ := connect(t, functions, caches)
	_, err := lambda.NewFromConfig(cfg).GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("f")})
	missing, ok := errors.AsType[*lambdatypes.ResourceNotFoundException](err)
	if !ok || aws.ToString(missing.Type) != "User" || missing.ErrorMessage() != "Function not found: f" || statusOf(err) != http.StatusNotFound {
		t.Errorf("lambda: %v", err)
	}
	_, err = elasticache.NewFromConfig(cfg).DescribeReplicationGroups(t.Context(), &elasticache.DescribeReplicationGroupsInput{})
	if group, ok := errors.AsType[*ectypes.ReplicationGroupNotFoundFault](err); !ok || group.ErrorMessage() != "no group" || statusOf(err) != http.StatusNotFound {
		t.Errorf("elasticache: %v", err)
	}
	_, err = elasticache.NewFromConfig(cfg).DescribeEvents(t.Context(), &elasticache.DescribeEventsInput{})
	if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != "InvalidAction" || !strings.Contains(api.ErrorMessage(), "DescribeEvents") {
		t.Errorf("an operation that is not there: %v", err)
	}
	_, err = cloudwatchlogs.NewFromConfig(cfg).DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != "UnknownService" {
		t.Errorf("a service that is not there: %v", err)
	}
}

func TestErrorsOfTheOtherProtocolsKeepTheirMembers(t *testing.T) {
	tables := &wire.Service{Name: "dynamodb", Protocols: []wire.Protocol{wire.JSON10}, TargetPrefix: "DynamoDB_20120810"}
	wire.Handle(tables, func(context.Context, *dynamodb.TransactWriteItemsInput) (*dynamodb.TransactWriteItemsOutput, error) {
		return nil, &ddbtypes.TransactionCanceledException{Message: aws.String("cancelled"), CancellationReasons: []ddbtypes.CancellationReason{
			{Code: aws.String("None")}, {Code: aws.String("ConditionalCheckFailed"), Item: map[string]ddbtypes.AttributeValue{"PK": &ddbtypes.AttributeValueMemberS{Value: "x"}}},
		}}
	})
	distributions := &wire.Service{Name: "cloudfront", Protocols: []wire.Protocol{wire.RESTXML}, Namespace: "http://cloudfront.amazonaws.com/doc/2020-05-31/"}
	wire.Handle(distributions, func(context.Context, *cloudfront.GetDistributionInput) (*cloudfront.GetDistributionOutput, error) {
		return nil, &cftypes.NoSuchDistribution{Message: aws.String("The specified distribution does not exist.")}
	})
	dashboards := &wire.Service{Name: "monitoring", Protocols: []wire.Protocol{wire.CBOR}, TargetPrefix: "GraniteServiceVersion20100801"}
	wire.Handle(dashboards, func(context.Context, *cloudwatch.PutDashboardInput) (*cloudwatch.PutDashboardOutput, error) {
		return nil, &cwtypes.DashboardInvalidInputError{Message: aws.String("bad"), DashboardValidationMessages: []cwtypes.DashboardValidationMessage{{DataPath: aws.String("/widgets")}}}
	})
	cfg, _ := connect(t, tables, distributions, dashboards)
	_, err := dynamodb.NewFromConfig(cfg).TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []ddbtypes.TransactWriteItem{{}}})
	cancelled, ok := errors.AsType[*ddbtypes.TransactionCanceledException](err)
	if !ok || len(cancelled.CancellationReasons) != 2 || cancelled.CancellationReasons[1].Item["PK"].(*ddbtypes.AttributeValueMemberS).Value != "x" {
		t.Errorf("dynamodb: %v", err)
	}
	_, err = cloudfront.NewFromConfig(cfg).GetDistribution(t.Context(), &cloudfront.GetDistributionInput{Id: aws.String("E1")})
	if missing, ok := errors.AsType[*cftypes.NoSuchDistribution](err); !ok || missing.ErrorMessage() != "The specified distribution does not exist." || statusOf(err) != http.StatusNotFound {
		t.Errorf("cloudfront: %v", err)
	}
	_, err = cloudwatch.NewFromConfig(cfg).PutDashboard(t.Context(), &cloudwatch.PutDashboardInput{DashboardName: aws.String("d"), DashboardBody: aws.String("{}")})
	if invalid, ok := errors.AsType[*cwtypes.DashboardInvalidInputError](err); !ok || len(invalid.DashboardValidationMessages) != 1 || *invalid.DashboardValidationMessages[0].DataPath != "/widgets" {
		t.Errorf("cloudwatch: %v", err)
	}
}

func statusOf(err error) int {
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return 0
}

// logService has one typed operation and leaves the others to a handler.
func logService() *wire.Service {
	s := &wire.Service{Name: "logs", Protocols: []wire.Protocol{wire.JSON11}, TargetPrefix: "Logs_20140328"}
	wire.Handle(s, func(ctx context.Context, in *cloudwatchlogs.CreateLogGroupInput) (*cloudwatchlogs.CreateLogGroupOutput, error) {
		if *in.LogGroupName == "panic" {
			panic("a bug")
		}
		return &cloudwatchlogs.CreateLogGroupOutput{}, errors.ErrUnsupported
	})
	s.Raw = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, wire.CallOf(r.Context()).Operation+string(body))
	})
	return s
}

func logRequest(operation, body string) *http.Request {
	r := httptest.NewRequest("POST", "http://localhost/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "Logs_20140328."+operation)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20261122/eu-west-1/logs/aws4_request, SignedHeaders=host, Signature=0")
	return r
}

func TestWhatIsNotTypedGoesToTheServicesOwnHandler(t *testing.T) {
	var seen []wire.Call
	router := &wire.Router{Observe: func(c wire.Call) { seen = append(seen, c) }}
	router.Add(logService())
	if status, body := answer(router, logRequest("StartLiveTail", "{}")); status != http.StatusAccepted || body != "StartLiveTail{}" {
		t.Errorf("got %d %s", status, body)
	}
	router.Before = func(context.Context, *wire.Call) (func(error) error, error) {
		return func(error) error { return &wire.Error{Code: "Lost", Message: "after the effect", Status: 500} }, nil
	}
	if status, body := answer(router, logRequest("StartLiveTail", "{}")); status != 500 || !strings.Contains(body, `"Lost"`) {
		t.Errorf("after a fault got %d %s", status, body)
	}
	if len(seen) != 2 || seen[0].Operation != "StartLiveTail" || seen[0].Status != http.StatusAccepted || seen[1].ErrorCode != "Lost" || seen[1].AccessKey != "AKIA" {
		t.Errorf("observed %+v", seen)
	}
}

func TestWhateverGoesWrongInsideIsAnInternalFailure(t *testing.T) {
	broken := errors.New("the disk is full")
	router := &wire.Router{}
	router.Add(logService())
	for _, c := range []struct {
		group  string
		sticky error
		words  string
	}{
		{"x", nil, errors.ErrUnsupported.Error()},
		{"panic", nil, "logs CreateLogGroup panicked: a bug"},
		{"x", broken, broken.Error()},
	} {
		router.Err = func() error { return c.sticky }
		status, body := answer(router, logRequest("CreateLogGroup", `{"logGroupName":"`+c.group+`"}`))
		if status != 500 || !strings.Contains(body, `"InternalFailure"`) || !strings.Contains(body, c.words) {
			t.Errorf("got %d %s, expected %s", status, body, c.words)
		}
	}
}

func TestUnsignedRequestsGoToTheFallback(t *testing.T) {
	var paths []string
	router := &wire.Router{Fallback: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		paths = append(paths, r.Method+r.URL.Path+string(body))
	})}
	router.Add(logService())
	answer(router, httptest.NewRequest("GET", "http://localhost/prod/v1/jobs?x=1", nil))
	answer(router, httptest.NewRequest("OPTIONS", "http://localhost/bucket/key", nil))
	form := queryRequest("name=value")
	form.URL.Path = "/form"
	answer(router, form)
	if want := []string{"GET/prod/v1/jobs", "OPTIONS/bucket/key", "POST/formname=value"}; !slices.Equal(paths, want) {
		t.Errorf("the fallback got %v, expected %v", paths, want)
	}
}
