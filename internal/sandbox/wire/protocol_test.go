package wire_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// post sends an unsigned form to a router of the services and gives the answer
// without the request id, which is random.
func post(t *testing.T, form string, services ...*wire.Service) (int, string) {
	t.Helper()
	router := &wire.Router{Random: bytes.NewReader(make([]byte, 1024))}
	router.Add(services...)
	return answer(router, queryRequest(form))
}

const zeroID = "00000000-0000-4000-8000-000000000000"

func queueService(t *testing.T) *wire.Service {
	s := &wire.Service{Name: "sqs", Protocols: []wire.Protocol{wire.JSON10, wire.Query}, TargetPrefix: "AmazonSQS", Version: "2012-11-05", Namespace: "http://queue.amazonaws.com/doc/2012-11-05/"}
	wire.Handle(s, func(_ context.Context, in *sqs.CreateQueueInput) (*sqs.CreateQueueOutput, error) {
		if in.Attributes["DelaySeconds"] != "5" || in.Attributes["FifoQueue"] != "true" || in.Tags["team"] != "a&b" {
			t.Errorf("CreateQueue got %+v", in)
		}
		return &sqs.CreateQueueOutput{QueueUrl: in.QueueName}, nil
	})
	wire.Handle(s, func(ctx context.Context, in *sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error) {
		if len(in.Entries) != 2 || *in.Entries[1].MessageAttributes["n"].StringValue != "1" {
			t.Errorf("SendMessageBatch got %+v", in)
		}
		if wire.Sent(ctx, "Entries.0.DelaySeconds") || !wire.Sent(ctx, "Entries.1.DelaySeconds") {
			t.Error("a DelaySeconds of 0 and an absent one are mixed up")
		}
		return &sqs.SendMessageBatchOutput{
			Successful: []sqstypes.SendMessageBatchResultEntry{{Id: in.Entries[0].Id, MessageId: aws.String("m")}},
			Failed:     []sqstypes.BatchResultErrorEntry{{Id: in.Entries[1].Id, Code: aws.String("Bad"), SenderFault: true}},
		}, nil
	})
	wire.Handle(s, func(context.Context, *sqs.ReceiveMessageInput) (*sqs.ReceiveMessageOutput, error) {
		return &sqs.ReceiveMessageOutput{Messages: []sqstypes.Message{{
			Body: aws.String("<b>"), Attributes: map[string]string{"SentTimestamp": "1", "ApproximateReceiveCount": "2"},
		}}}, nil
	})
	wire.Handle(s, func(context.Context, *sqs.GetQueueUrlInput) (*sqs.GetQueueUrlOutput, error) {
		return nil, &sqstypes.QueueDoesNotExist{Message: aws.String("gone")}
	})
	return s
}

// The requests and answers are those of the SQS API reference of 2012-11-05.
func TestSQSQueryIsFlattened(t *testing.T) {
	for _, c := range []struct{ form, want string }{
		{
			"Action=CreateQueue&Version=2012-11-05&QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Attribute.2.Name=FifoQueue&Attribute.2.Value=true&Tag.1.Key=team&Tag.1.Value=a%26b",
			`<CreateQueueResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><CreateQueueResult><QueueUrl>q</QueueUrl></CreateQueueResult>` +
				`<ResponseMetadata><RequestId>` + zeroID + `</RequestId></ResponseMetadata></CreateQueueResponse>`,
		},
		{
			"Action=SendMessageBatch&Version=2012-11-05&QueueUrl=q&SendMessageBatchRequestEntry.2.Id=b&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.2.DelaySeconds=0" +
				"&SendMessageBatchRequestEntry.2.MessageAttribute.1.Name=n&SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.StringValue=1&SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.DataType=Number",
			`<SendMessageBatchResult><BatchResultErrorEntry><Code>Bad</Code><Id>b</Id><SenderFault>true</SenderFault></BatchResultErrorEntry>` +
				`<SendMessageBatchResultEntry><Id>a</Id>`,
		},
		{
			"Action=ReceiveMessage&Version=2012-11-05&QueueUrl=q&AttributeName.1=All",
			`<Message><Attribute><Name>ApproximateReceiveCount</Name><Value>2</Value></Attribute><Attribute><Name>SentTimestamp</Name><Value>1</Value></Attribute><Body>&lt;b&gt;</Body></Message>`,
		},
		{
			"Action=GetQueueUrl&Version=2012-11-05&QueueName=q",
			`<Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>gone</Message></Error><RequestId>` + zeroID + `</RequestId>`,
		},
	} {
		if _, body := post(t, c.form, queueService(t)); !strings.Contains(body, c.want) {
			t.Errorf("%s\ngives %s\nwithout %s", c.form, body, c.want)
		}
	}
}

// botocore writes an empty list as one empty value, and under the member's own name
// where the list is flat.
func TestAnEmptyListOfSQSQueryIsNoListOfOneEmptyEntry(t *testing.T) {
	for _, name := range []string{"Entries", "SendMessageBatchRequestEntry"} {
		s := &wire.Service{Name: "sqs", Protocols: []wire.Protocol{wire.JSON10, wire.Query}, TargetPrefix: "AmazonSQS", Version: "2012-11-05"}
		wire.Handle(s, func(_ context.Context, in *sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error) {
			if len(in.Entries) != 0 || *in.QueueUrl != "q" {
				t.Errorf("%s= gives %+v", name, in)
			}
			return &sqs.SendMessageBatchOutput{}, nil
		})
		if status, body := post(t, "Action=SendMessageBatch&Version=2012-11-05&QueueUrl=q&"+name+"=", s); status != http.StatusOK {
			t.Errorf("%d %s", status, body)
		}
	}
}

// vpc is what the sandbox's ec2 declares of its own.
type vpc struct {
	ID       string    `wire:"vpcId"`
	Subnets  []string  `wire:"subnetSet,item"`
	Tags     []vpcTag  `wire:"tagSet"`
	Default  bool      `wire:"isDefault"`
	Attached time.Time `wire:"attachTime"`
}

type vpcTag struct {
	Key   string `wire:"key"`
	Value string `wire:"value"`
}

type filter struct {
	Name   string
	Values []string `wire:"Value"`
}

type DescribeVpcsInput struct {
	IDs     []string `wire:"VpcId"`
	Filters []filter `wire:"Filter"`
	DryRun  *bool
}

type DescribeVpcsOutput struct {
	Vpcs []vpc `wire:"vpcSet"`
}

func vpcService(t *testing.T) *wire.Service {
	s := &wire.Service{Name: "ec2", Protocols: []wire.Protocol{wire.EC2Query}, Version: "2016-11-15", Namespace: "http://ec2.amazonaws.com/doc/2016-11-15/"}
	wire.Handle(s, func(_ context.Context, in *DescribeVpcsInput) (*DescribeVpcsOutput, error) {
		if len(in.IDs) == 1 && in.IDs[0] == "vpc-none" {
			return nil, &wire.Error{Code: "InvalidVpcID.NotFound", Message: "The vpc ID 'vpc-none' does not exist"}
		}
		if fmt.Sprint(in.IDs, in.Filters) != "[vpc-1 vpc-2] [{state [available pending]} {tag:a [b]}]" || in.DryRun == nil || *in.DryRun {
			t.Errorf("DescribeVpcs got %+v", in)
		}
		return &DescribeVpcsOutput{Vpcs: []vpc{{
			ID: "vpc-1", Subnets: []string{"subnet-1", "subnet-2"}, Tags: []vpcTag{{"a", "b"}}, Default: false,
			Attached: time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC),
		}}}, nil
	})
	return s
}

func TestEC2SpeaksByTags(t *testing.T) {
	_, body := post(t, "Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-1&VpcId.2=vpc-2&DryRun=false&Filter.1.Name=state&Filter.1.Value.1=available&Filter.1.Value.2=pending&Filter.2.Name=tag%3Aa&Filter.2.Value.1=b", vpcService(t))
	want := `<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>` + zeroID + `</requestId><vpcSet><item><vpcId>vpc-1</vpcId>` +
		`<subnetSet><item>subnet-1</item><item>subnet-2</item></subnetSet><tagSet><item><key>a</key><value>b</value></item></tagSet>` +
		`<isDefault>false</isDefault><attachTime>2026-11-22T20:00:00Z</attachTime></item></vpcSet></DescribeVpcsResponse>`
	if body != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
	status, body := post(t, "Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-none", vpcService(t))
	want = `<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>The vpc ID &#39;vpc-none&#39; does not exist</Message></Error></Errors><RequestID>` + zeroID + `</RequestID></Response>`
	if body != want || status != http.StatusBadRequest {
		t.Errorf("got  %d %s\nwant %s", status, body, want)
	}
}

func metricService(t *testing.T, check func(*cloudwatch.PutMetricDataInput)) *wire.Service {
	s := &wire.Service{Name: "monitoring", Protocols: []wire.Protocol{wire.CBOR, wire.JSON10, wire.Query}, TargetPrefix: "GraniteServiceVersion20100801", Version: "2010-08-01", Namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/"}
	wire.Handle(s, func(_ context.Context, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
		check(in)
		return &cloudwatch.PutMetricDataOutput{}, nil
	})
	wire.Handle(s, func(context.Context, *cloudwatch.GetDashboardInput) (*cloudwatch.GetDashboardOutput, error) {
		return nil, &cwtypes.DashboardNotFoundError{Message: aws.String("none")}
	})
	return s
}

func TestCloudWatchSpeaksThreeProtocols(t *testing.T) {
	calls := 0
	s := metricService(t, func(in *cloudwatch.PutMetricDataInput) {
		calls++
		d := in.MetricData[1]
		if *in.Namespace != "Keyvex" || len(in.MetricData) != 2 || *d.Dimensions[0].Value != "dev" || *d.Value != 2.5 || d.Timestamp.UnixMilli() != 1795374000000 {
			t.Errorf("PutMetricData got %+v", in)
		}
	})
	datum := func(name string) cwtypes.MetricDatum {
		return cwtypes.MetricDatum{
			MetricName: &name, Value: aws.Float64(2.5), Timestamp: aws.Time(time.UnixMilli(1795374000000)),
			Dimensions: []cwtypes.Dimension{{Name: aws.String("Env"), Value: aws.String("dev")}},
		}
	}
	cfg, router := connect(t, s)
	if _, err := cloudwatch.NewFromConfig(cfg).PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Keyvex"), MetricData: []cwtypes.MetricDatum{datum("a"), datum("b")}}); err != nil {
		t.Error("cbor:", err)
	}
	if _, err := cloudwatch.NewFromConfig(cfg).GetDashboard(t.Context(), &cloudwatch.GetDashboardInput{DashboardName: aws.String("d")}); err == nil {
		t.Error("the dashboard exists")
	} else if _, ok := errors.AsType[*cwtypes.DashboardNotFoundError](err); !ok {
		t.Error("cbor error:", err)
	}
	router.Verifier = nil
	status, body := post(t, "Action=PutMetricData&Version=2010-08-01&Namespace=Keyvex&MetricData.member.1.MetricName=a&MetricData.member.2.MetricName=b&MetricData.member.2.Value=2.5"+
		"&MetricData.member.2.Timestamp=2026-11-22T19%3A00%3A00Z&MetricData.member.2.Dimensions.member.1.Name=Env&MetricData.member.2.Dimensions.member.1.Value=dev", s)
	if status != http.StatusOK {
		t.Error("query:", body)
	}
	r := httptest.NewRequest("POST", "http://localhost/", packed(`{"Namespace":"Keyvex","MetricData":[{"MetricName":"a"},{"MetricName":"b","Value":2.5,"Timestamp":1795374000,"Dimensions":[{"Name":"Env","Value":"dev"}]}]}`))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801.PutMetricData")
	r.Header.Set("Content-Encoding", "gzip")
	if status, body := answer(router, r); status != http.StatusOK {
		t.Error("json, packed:", body)
	}
	if calls != 3 {
		t.Errorf("%d of 3 calls arrived", calls)
	}
}

func packed(s string) io.Reader {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return &b
}

type OddInput struct {
	Number, Huge, Lost *float64
	Count              int32
}
type OddOutput struct {
	Number, Huge, Lost, Whole float64
	Empty, None               []string
	Enum                      string
	Count                     int32
}

func TestValuesThatJSONLacks(t *testing.T) {
	s := &wire.Service{Name: "odd", Protocols: []wire.Protocol{wire.JSON11}, TargetPrefix: "Odd"}
	wire.Handle(s, func(ctx context.Context, in *OddInput) (*OddOutput, error) {
		if !wire.Sent(ctx, "Count") || wire.Sent(ctx, "Whole") {
			t.Error("a zero that was sent does not count as sent")
		}
		return &OddOutput{Number: *in.Number, Huge: *in.Huge, Lost: math.Inf(-1), Whole: 2, Empty: []string{}}, nil
	})
	router := &wire.Router{}
	router.Add(s)
	call := func(body string) string {
		r := httptest.NewRequest("POST", "http://localhost/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "Odd.Odd")
		_, got := answer(router, r)
		return got
	}
	want := `{"Number":"NaN","Huge":1e+300,"Lost":"-Infinity","Whole":2.0,"Empty":[],"Count":0}`
	if got := call(`{"Number":"NaN","Huge":1e300,"Lost":null,"Count":0,"Newer":{"a":[1]}}`); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, bad := range []string{`{"Count":"1"}`, `{"Count":1.5}`, `{"Count":3000000000}`, `{"Count":true}`, `{"Number":[]}`, `[]`, `{`, `{} {}`} {
		if got := call(bad); !strings.HasPrefix(got, `{"__type":"SerializationException","message":"`) {
			t.Errorf("%s gives %s", bad, got)
		}
	}
}
