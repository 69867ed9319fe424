package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

var main = aws.String("main")

func at(pk, sk string) value.Item { return value.Item{"PK": s(pk), "SK": s(sk)} }

// with gives an item with more attributes, name after name with its value.
func with(item value.Item, more ...any) value.Item {
	for i := 0; i < len(more); i += 2 {
		item[more[i].(string)] = more[i+1].(value.Value)
	}
	return item
}

func put(t *testing.T, c *sdk.Client, item value.Item) {
	t.Helper()
	if _, err := c.PutItem(t.Context(), &sdk.PutItemInput{TableName: main, Item: item}); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, c *sdk.Client, key value.Item) value.Item {
	t.Helper()
	out, err := c.GetItem(t.Context(), &sdk.GetItemInput{TableName: main, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

func TestNumbersComeBackInTheirNormalForm(t *testing.T) {
	c, _ := client(t)
	mustCreate(t, c, "main")
	for text, want := range map[string]string{
		"1.50": "1.5", "-0": "0", "1e3": "1000", "007": "7", "1E-3": "0.001", "+5": "5", "-12.5e1": "-125",
		"12345678901234567890123456789012345678": "12345678901234567890123456789012345678", "9.9e125": "99" + strings.Repeat("0", 124),
	} {
		put(t, c, with(at("a", "n"), "v", n(text)))
		if got := read(t, c, at("a", "n"))["v"].(*value.N).Value; got != want {
			t.Errorf("%s comes back as %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "x", "1e126", "1e-131", "123456789012345678901234567890123456789", "1.2.3", "NaN"} {
		_, err := c.PutItem(t.Context(), &sdk.PutItemInput{TableName: main, Item: with(at("a", "n"), "v", n(text))})
		if oracle.Code(err) != "ValidationException" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestQueriesFollowTheSortKeyAndPage(t *testing.T) {
	c, _ := client(t)
	if _, err := c.CreateTable(t.Context(), &sdk.CreateTableInput{
		TableName: main, KeySchema: key("PK", "SK"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("PK"), AttributeType: "S"}, {AttributeName: aws.String("SK"), AttributeType: "N"},
		},
	}); err != nil {
		t.Fatal(err)
	}
	numbers := []string{"-100", "-20.5", "-20", "-3", "0", "0.004", "0.5", "1", "10", "11", "100", "2000"}
	for i := range numbers {
		put(t, c, value.Item{"PK": s("a"), "SK": n(numbers[(i*5)%len(numbers)])})
		put(t, c, value.Item{"PK": s("ab"), "SK": n(i)})
	}
	for _, forward := range []bool{true, false} {
		p := sdk.NewQueryPaginator(c, &sdk.QueryInput{
			TableName: main, KeyConditionExpression: aws.String("PK = :p AND SK BETWEEN :low AND :high"), Limit: aws.Int32(3), ScanIndexForward: &forward,
			ExpressionAttributeValues: value.Item{":p": s("a"), ":low": n("-20.5"), ":high": n("100.0")},
		})
		var got []string
		for p.HasMorePages() {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range out.Items {
				got = append(got, item["SK"].(*value.N).Value)
			}
		}
		want := "[-20.5 -20 -3 0 0.004 0.5 1 10 11 100]"
		if !forward {
			want = "[100 11 10 1 0.5 0.004 0 -3 -20 -20.5]"
		}
		if fmt.Sprint(got) != want {
			t.Errorf("forward %v: %v", forward, got)
		}
	}
}

func TestAPageEndsAtAMegabyte(t *testing.T) {
	c, _ := client(t)
	mustCreate(t, c, "main")
	for i := range 5 {
		put(t, c, with(at("a", fmt.Sprint(i)), "v", s(strings.Repeat("x", 300<<10))))
	}
	out, err := c.Query(t.Context(), &sdk.QueryInput{
		TableName: main, KeyConditionExpression: aws.String("PK = :p"), ExpressionAttributeValues: value.Item{":p": s("a")},
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	})
	// Three items of 307,200 bytes and 6 of key and names each: 225.01 read units, half as eventually consistent.
	if err != nil || out.Count != 3 || show(out.LastEvaluatedKey) != show(at("a", "2")) || *out.ConsumedCapacity.CapacityUnits != 113 {
		t.Errorf("%v items, then %s, %v units, %v", out.Count, show(out.LastEvaluatedKey), *out.ConsumedCapacity.CapacityUnits, err)
	}
}

func TestSegmentsOfAScanAreTheTable(t *testing.T) {
	c, _ := client(t)
	mustCreate(t, c, "main")
	for i := range 60 {
		put(t, c, at(fmt.Sprint("p", i), "s"))
	}
	seen := map[string]int{}
	for segment := range int32(4) {
		p := sdk.NewScanPaginator(c, &sdk.ScanInput{TableName: main, Segment: &segment, TotalSegments: aws.Int32(4), Limit: aws.Int32(7)})
		for p.HasMorePages() {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range out.Items {
				seen[show(item)]++
			}
		}
	}
	if len(seen) != 60 {
		t.Errorf("%d items, want 60", len(seen))
	}
	for item, times := range seen {
		if times != 1 {
			t.Errorf("%s was scanned %d times", item, times)
		}
	}
}

func TestItemsExpireAMinuteAfterTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		mustCreate(t, c, "main")
		spec := &types.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)}
		if _, err := c.UpdateTimeToLive(t.Context(), &sdk.UpdateTimeToLiveInput{TableName: main, TimeToLiveSpecification: spec}); err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		put(t, c, with(at("a", "soon"), "ttl", n(now.Add(time.Minute).Unix())))
		put(t, c, with(at("a", "mistake"), "ttl", n(now.AddDate(-6, 0, 0).Unix())))
		put(t, c, with(at("a", "text"), "ttl", s("1")))
		for _, step := range []struct {
			after time.Duration
			there bool
		}{{0, true}, {90 * time.Second, true}, {3 * time.Minute, false}} {
			time.Sleep(time.Until(now.Add(step.after)))
			if got := read(t, c, at("a", "soon")); (got != nil) != step.there {
				t.Errorf("after %v: %v", step.after, got)
			}
		}
		if read(t, c, at("a", "mistake")) == nil || read(t, c, at("a", "text")) == nil {
			t.Error("items without a valid time have gone")
		}
	})
}

func TestATransactionIsDoneOnceInTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		mustCreate(t, c, "main")
		add := func(by int) error {
			_, err := c.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{
				ClientRequestToken: aws.String("token"),
				TransactItems: []types.TransactWriteItem{{Update: &types.Update{
					TableName: main, Key: at("a", "counter"), UpdateExpression: aws.String("ADD hits :n"), ExpressionAttributeValues: value.Item{":n": n(by)},
				}}},
			})
			return err
		}
		for _, step := range []struct {
			wait time.Duration
			by   int
			code string
			want string
		}{{0, 1, "", "1"}, {0, 1, "", "1"}, {0, 2, "IdempotentParameterMismatchException", "1"}, {11 * time.Minute, 2, "", "3"}} {
			time.Sleep(step.wait)
			if err := add(step.by); oracle.Code(err) != step.code {
				t.Errorf("%+v: %v", step, err)
			}
			if got := read(t, c, at("a", "counter"))["hits"].(*value.N).Value; got != step.want {
				t.Errorf("%+v: %s hits", step, got)
			}
		}
	})
}

func TestACancelledTransactionChangesNothingAndSaysWhy(t *testing.T) {
	c, _ := client(t)
	mustCreate(t, c, "main")
	put(t, c, with(at("a", "1"), "state", s("old")))
	_, err := c.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: main, Item: at("b", "1")}},
		{ConditionCheck: &types.ConditionCheck{
			TableName: main, Key: at("a", "1"), ConditionExpression: aws.String("#s = :new"), ExpressionAttributeNames: map[string]string{"#s": "state"},
			ExpressionAttributeValues: value.Item{":new": s("new")}, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
	}})
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		t.Fatal(err)
	}
	reasons := cancelled.CancellationReasons
	if len(reasons) != 2 || *reasons[0].Code != "None" || *reasons[1].Code != "ConditionalCheckFailed" || show(reasons[1].Item) != show(with(at("a", "1"), "state", s("old"))) {
		t.Errorf("reasons %+v", reasons)
	}
	if read(t, c, at("b", "1")) != nil {
		t.Error("a part of the transaction has been done")
	}
}

// The figures are of AWS's examples: a write unit a kB, a read unit 4 kB, half of it
// eventually consistent, twice in a transaction.
func TestCapacityIsCountedAsAWSDoes(t *testing.T) {
	c, _ := client(t)
	mustCreate(t, c, "main")
	indexes := types.ReturnConsumedCapacityIndexes
	item := with(at("a", "1"), "GSI1PK", s("g"), "GSI1SK", s("s"), "v", s(strings.Repeat("x", 1500)))
	out, err := c.PutItem(t.Context(), &sdk.PutItemInput{TableName: main, Item: item, ReturnConsumedCapacity: indexes})
	if err != nil {
		t.Fatal(err)
	}
	if got := out.ConsumedCapacity; *got.CapacityUnits != 4 || *got.Table.CapacityUnits != 2 || *got.GlobalSecondaryIndexes["GSI1"].CapacityUnits != 2 {
		t.Errorf("a put: %+v", got)
	}
	for consistent, want := range map[bool]float64{false: 0.5, true: 1} {
		out, err := c.GetItem(t.Context(), &sdk.GetItemInput{TableName: main, Key: at("a", "1"), ConsistentRead: &consistent, ReturnConsumedCapacity: indexes})
		if err != nil || *out.ConsumedCapacity.CapacityUnits != want {
			t.Errorf("a read, consistent %v: %+v, %v", consistent, out, err)
		}
	}
	both, err := c.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		TransactItems:          []types.TransactWriteItem{{Put: &types.Put{TableName: main, Item: at("b", "1")}}, {Delete: &types.Delete{TableName: main, Key: at("c", "1")}}},
	})
	if err != nil || len(both.ConsumedCapacity) != 1 || *both.ConsumedCapacity[0].CapacityUnits != 4 {
		t.Errorf("a transaction: %+v, %v", both, err)
	}
}

func TestIndexesHoldWhatTheyProject(t *testing.T) {
	c, _ := client(t)
	in := table("main", func(in *sdk.CreateTableInput) {
		in.GlobalSecondaryIndexes[0].Projection = &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"seen"}}
	})
	if _, err := c.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	put(t, c, with(at("a", "1"), "GSI1PK", s("g"), "GSI1SK", s("2"), "seen", n(1), "hidden", n(2)))
	put(t, c, with(at("a", "2"), "GSI1PK", s("g"), "seen", n(1))) // sparse: no GSI1SK
	query := func(change func(*sdk.QueryInput)) (*sdk.QueryOutput, error) {
		in := &sdk.QueryInput{
			TableName: main, IndexName: aws.String("GSI1"), KeyConditionExpression: aws.String("GSI1PK = :g"), ExpressionAttributeValues: value.Item{":g": s("g")},
		}
		change(in)
		return c.Query(t.Context(), in)
	}
	out, err := query(func(*sdk.QueryInput) {})
	want := show(with(at("a", "1"), "GSI1PK", s("g"), "GSI1SK", s("2"), "seen", n(1)))
	if err != nil || len(out.Items) != 1 || show(out.Items[0]) != want {
		t.Errorf("%v, %v", out, err)
	}
	for name, change := range map[string]func(*sdk.QueryInput){
		"consistent":  func(in *sdk.QueryInput) { in.ConsistentRead = aws.Bool(true) },
		"everything":  func(in *sdk.QueryInput) { in.Select = types.SelectAllAttributes },
		"unprojected": func(in *sdk.QueryInput) { in.ProjectionExpression = aws.String("hidden") },
		"nowhere":     func(in *sdk.QueryInput) { in.IndexName = aws.String("GSI9") },
		"key filter":  func(in *sdk.QueryInput) { in.FilterExpression = aws.String("attribute_exists(GSI1SK)") },
	} {
		if _, err := query(change); oracle.Code(err) != "ValidationException" {
			t.Errorf("%s: %v", name, err)
		}
	}
	described, err := c.DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: main})
	if err != nil || *described.Table.ItemCount != 2 || *described.Table.GlobalSecondaryIndexes[0].ItemCount != 1 {
		t.Errorf("%+v, %v", described.Table, err)
	}
}

func TestWhatHappenedIsMeasured(t *testing.T) {
	h := oracle.Host()
	got := map[string]float64{}
	h.Meter = func(data ...host.Datum) {
		for _, d := range data {
			got[fmt.Sprint(d.Name, d.Dimensions)] += d.Value
		}
	}
	service := dynamodb.New(h)
	router := &wire.Router{Observe: func(c wire.Call) { service.Observe(&c) }}
	router.Add(service.Wire())
	router.Before = func(_ context.Context, c *wire.Call) (func(error) error, error) {
		if c.Operation == "Query" {
			return nil, &types.ProvisionedThroughputExceededException{Message: aws.String("slow down")}
		}
		return nil, nil
	}
	config := oracle.Config(service.Wire())
	config.HTTPClient = wire.SDKConfig(router, oracle.Region, config.Credentials).HTTPClient
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	c := sdk.NewFromConfig(config)
	mustCreate(t, c, "main")
	put(t, c, at("a", "1"))
	_, _ = c.PutItem(t.Context(), &sdk.PutItemInput{TableName: main, Item: at("a", "1"), ConditionExpression: aws.String("attribute_not_exists(PK)")})
	_, _ = c.GetItem(t.Context(), &sdk.GetItemInput{TableName: main, Key: value.Item{}})
	_, _ = c.Query(t.Context(), &sdk.QueryInput{TableName: main, KeyConditionExpression: aws.String("PK = :p"), ExpressionAttributeValues: value.Item{":p": s("a")}})
	for name, want := range map[string]float64{
		"ConsumedWriteCapacityUnits[{TableName main}]": 2, "ConditionalCheckFailedRequests[{TableName main}]": 1, "UserErrors[]": 1,
		"ThrottledRequests[{Operation Query} {TableName main}]": 1, "ReadThrottleEvents[{TableName main}]": 1,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v; all: %v", name, got[name], want, got)
		}
	}
	if _, timed := got["SuccessfulRequestLatency[{Operation PutItem} {TableName main}]"]; !timed {
		t.Errorf("no latency among %v", got)
	}
}
