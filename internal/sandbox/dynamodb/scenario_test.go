package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// scenario is a call drawn at random, the same for every server that it is made at.
type scenario struct {
	name string
	call func(ctx context.Context, c *sdk.Client, table string) (any, error)
}

func s(text string) value.Value { return &value.S{Value: text} }

func n(text any) value.Value { return &value.N{Value: fmt.Sprint(text)} }

func drawKey(t *rapid.T) value.Item {
	return value.Item{"PK": s(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "PK")), "SK": s(rapid.SampledFrom([]string{"1", "10", "2", "3x"}).Draw(t, "SK"))}
}

// drawScalar gives no booleans and no null: moto, being Python, takes true for the
// number 1 and null for nothing, and dynalite false for nothing. They are drawn where
// no condition looks.
func drawScalar(t *rapid.T) value.Value {
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) value.Value { return n(rapid.IntRange(-3, 12).Draw(t, "n")) }),
		rapid.Custom(func(t *rapid.T) value.Value { return s(rapid.SampledFrom([]string{"x", "xy", "z", "yx"}).Draw(t, "s")) }),
	).Draw(t, "scalar")
}

func drawValue(t *rapid.T) value.Value {
	switch rapid.IntRange(0, 5).Draw(t, "type") {
	case 0:
		return &value.L{Value: rapid.SliceOfN(rapid.Custom(drawScalar), 0, 3).Draw(t, "list")}
	case 1:
		return &value.M{Value: value.Item{"k": drawScalar(t), "also": &value.Bool{Value: rapid.Bool().Draw(t, "bool")}, "null": &value.Null{Value: true}}}
	case 2:
		return &value.SS{Value: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 1, 3, rapid.ID).Draw(t, "ss")}
	case 3:
		return &value.NS{Value: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"1", "2", "30"}), 1, 3, rapid.ID).Draw(t, "ns")}
	}
	return drawScalar(t)
}

var attributes = []string{"one", "two", "three", "four"}

func drawItem(t *rapid.T) value.Item {
	item := drawKey(t)
	for _, name := range attributes {
		if rapid.Bool().Draw(t, "has "+name) {
			item[name] = drawValue(t)
		}
	}
	if rapid.Bool().Draw(t, "indexed") {
		item["GSI1PK"] = s(rapid.SampledFrom([]string{"g", "h"}).Draw(t, "GSI1PK"))
		if rapid.IntRange(0, 3).Draw(t, "whole") > 0 {
			item["GSI1SK"] = s(rapid.SampledFrom([]string{"1", "2"}).Draw(t, "GSI1SK"))
		}
	}
	return item
}

// expressions draws expressions and the values that they need.
type expressions struct {
	t      *rapid.T
	names  map[string]string
	values value.Item
}

func newExpressions(t *rapid.T) *expressions {
	return &expressions{t, map[string]string{}, value.Item{}}
}

func (e *expressions) value(v value.Value) string {
	name := fmt.Sprintf(":v%d", len(e.values))
	e.values[name] = v
	return name
}

func (e *expressions) attribute() string {
	name := rapid.SampledFrom(attributes).Draw(e.t, "attribute")
	if rapid.Bool().Draw(e.t, "by placeholder") {
		e.names["#"+name] = name
		return "#" + name
	}
	return name
}

func (e *expressions) path() string {
	return e.attribute() + rapid.SampledFrom([]string{"", "", "", ".k", "[0]", "[1]"}).Draw(e.t, "below")
}

func (e *expressions) condition(depth int) string {
	t := e.t
	if depth > 0 && rapid.IntRange(0, 2).Draw(t, "composed") == 0 {
		left := e.condition(depth - 1)
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 0:
			return "NOT " + left
		case 1:
			return left + " AND " + e.condition(depth-1)
		case 2:
			return left + " OR " + e.condition(depth-1)
		}
		return "(" + left + " OR " + e.condition(depth-1) + ") AND " + left
	}
	switch rapid.IntRange(0, 8).Draw(t, "condition") {
	case 0:
		return "attribute_exists(" + e.path() + ")"
	case 1:
		return "attribute_not_exists(" + e.path() + ")"
	case 2:
		return "attribute_type(" + e.path() + ", " + e.value(s(rapid.SampledFrom([]string{"S", "N", "L", "M", "SS", "BOOL"}).Draw(t, "type"))) + ")"
	case 3:
		return "begins_with(" + e.path() + ", " + e.value(s(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "start"))) + ")"
	case 4:
		return "contains(" + e.path() + ", " + e.value(s(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "part"))) + ")"
	case 5:
		low := rapid.IntRange(-3, 5).Draw(t, "low")
		return e.path() + " BETWEEN " + e.value(n(low)) + " AND " + e.value(n(low+rapid.IntRange(0, 6).Draw(t, "more")))
	case 6:
		return e.path() + " IN (" + e.value(drawScalar(t)) + ", " + e.value(drawScalar(t)) + ")"
	}
	return e.path() + " " + rapid.SampledFrom([]string{"=", "<>"}).Draw(t, "operator") + " " + e.value(drawScalar(t))
}

func (e *expressions) update() string {
	t := e.t
	left := slices.Clone(attributes)
	take := func() string {
		name := rapid.SampledFrom(left).Draw(t, "attribute")
		left = slices.DeleteFunc(left, func(other string) bool { return other == name })
		return name
	}
	sections := map[string][]string{}
	for range rapid.IntRange(1, 3).Draw(t, "actions") {
		name := take()
		switch rapid.IntRange(0, 8).Draw(t, "action") {
		case 0:
			sections["REMOVE"] = append(sections["REMOVE"], name)
		case 1:
			sections["ADD"] = append(sections["ADD"], name+" "+e.value(n(rapid.IntRange(-2, 9).Draw(t, "delta"))))
		case 2:
			sections["ADD"] = append(sections["ADD"], name+" "+e.value(&value.SS{Value: []string{"x", "new"}}))
		case 3:
			sections["DELETE"] = append(sections["DELETE"], name+" "+e.value(&value.SS{Value: []string{"x", "z"}}))
		case 4:
			sections["SET"] = append(sections["SET"], name+" = if_not_exists("+name+", "+e.value(n(0))+") + "+e.value(n(2)))
		case 5:
			sections["SET"] = append(sections["SET"], name+" = list_append(if_not_exists("+name+", "+e.value(&value.L{})+"), "+e.value(&value.L{Value: []value.Value{s("t")}})+")")
		case 6:
			sections["SET"] = append(sections["SET"], name+rapid.SampledFrom([]string{".k", "[0]"}).Draw(t, "below")+" = "+e.value(drawScalar(t)))
		default:
			sections["SET"] = append(sections["SET"], name+" = "+e.value(drawValue(t)))
		}
	}
	var text []string
	for _, section := range []string{"SET", "REMOVE", "ADD", "DELETE"} {
		if len(sections[section]) > 0 {
			text = append(text, section+" "+strings.Join(sections[section], ", "))
		}
	}
	return strings.Join(text, " ")
}

// used are names and values as a request has them: absent when empty.
func (e *expressions) used() (map[string]string, value.Item) {
	names, values := e.names, e.values
	if len(names) == 0 {
		names = nil
	}
	if len(values) == 0 {
		values = nil
	}
	return names, values
}

func drawScenario(t *rapid.T) scenario {
	draws := map[string]func(*rapid.T) scenario{
		"put": drawPut, "update": drawUpdate, "delete": drawDelete, "get": drawGet, "query": drawQuery, "scan": drawScan, "batch": drawBatch, "transaction": drawTransaction,
	}
	kind := rapid.SampledFrom([]string{"put", "put", "put", "update", "update", "update", "delete", "get", "query", "query", "scan", "batch", "transaction"}).Draw(t, "operation")
	return draws[kind](t)
}

func (e *expressions) maybeCondition() *string {
	if rapid.Bool().Draw(e.t, "conditional") {
		return aws.String(e.condition(1))
	}
	return nil
}

func drawPut(t *rapid.T) scenario {
	e := newExpressions(t)
	in := sdk.PutItemInput{Item: drawItem(t), ConditionExpression: e.maybeCondition(), ReturnValues: types.ReturnValueAllOld}
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.used()
	return scenario{fmt.Sprintf("put %s if %s with %s", show(in.Item), aws.ToString(in.ConditionExpression), show(e.values)), func(ctx context.Context, c *sdk.Client, table string) (any, error) {
		in := in
		in.TableName = &table
		out, err := c.PutItem(ctx, &in)
		if err != nil {
			return nil, err
		}
		return show(out.Attributes), nil
	}}
}

func drawUpdate(t *rapid.T) scenario {
	e := newExpressions(t)
	in := sdk.UpdateItemInput{Key: drawKey(t), UpdateExpression: aws.String(e.update()), ConditionExpression: e.maybeCondition()}
	in.ReturnValues = rapid.SampledFrom(types.ReturnValueNone.Values()).Draw(t, "return")
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.used()
	name := fmt.Sprintf("update %s: %s if %s with %s, %s", show(in.Key), *in.UpdateExpression, aws.ToString(in.ConditionExpression), show(e.values), in.ReturnValues)
	return scenario{name, func(ctx context.Context, c *sdk.Client, table string) (any, error) {
		in := in
		in.TableName = &table
		out, err := c.UpdateItem(ctx, &in)
		if err != nil {
			return nil, err
		}
		return show(out.Attributes), nil
	}}
}

func drawDelete(t *rapid.T) scenario {
	e := newExpressions(t)
	in := sdk.DeleteItemInput{Key: drawKey(t), ConditionExpression: e.maybeCondition(), ReturnValues: types.ReturnValueAllOld}
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.used()
	return scenario{fmt.Sprintf("delete %s if %s", show(in.Key), aws.ToString(in.ConditionExpression)), func(ctx context.Context, c *sdk.Client, table string) (any, error) {
		in := in
		in.TableName = &table
		out, err := c.DeleteItem(ctx, &in)
		if err != nil {
			return nil, err
		}
		return show(out.Attributes), nil
	}}
}

func drawGet(t *rapid.T) scenario {
	in := sdk.GetItemInput{Key: drawKey(t)}
	if rapid.Bool().Draw(t, "projected") {
		in.ProjectionExpression = aws.String(rapid.SampledFrom([]string{"one, two.k, SK", "three[0], four", "one.k, one.also"}).Draw(t, "projection"))
	}
	return scenario{fmt.Sprintf("get %s of %s", aws.ToString(in.ProjectionExpression), show(in.Key)), func(ctx context.Context, c *sdk.Client, table string) (any, error) {
		in := in
		in.TableName = &table
		out, err := c.GetItem(ctx, &in)
		if err != nil {
			return nil, err
		}
		return show(out.Item), nil
	}}
}

// shown is a page as it is compared. Of an index, which does not order items of one
// key, the items are sorted.
func shown(items []map[string]types.AttributeValue, ordered bool, rest ...any) any {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = show(item)
	}
	if !ordered {
		slices.Sort(texts)
	}
	return fmt.Sprint(texts, rest)
}

func drawQuery(t *rapid.T) scenario {
	e := newExpressions(t)
	in := sdk.QueryInput{ScanIndexForward: aws.Bool(rapid.Bool().Draw(t, "forward"))}
	prefix := ""
	if rapid.IntRange(0, 2).Draw(t, "by index") == 0 {
		prefix = "GSI1"
		in.IndexName = &prefix
	} else if rapid.Bool().Draw(t, "limited") {
		in.Limit = aws.Int32(rapid.Int32Range(1, 2).Draw(t, "limit"))
	}
	condition := prefix + "PK = " + e.value(s(rapid.SampledFrom([]string{"a", "b", "g", "h"}).Draw(t, "partition")))
	sort := prefix + "SK"
	switch rapid.IntRange(0, 4).Draw(t, "sort condition") {
	case 0:
		condition += " AND begins_with(" + sort + ", " + e.value(s("1")) + ")"
	case 1:
		condition += " AND " + sort + " BETWEEN " + e.value(s("10")) + " AND " + e.value(s("2"))
	case 2:
		condition += " AND " + sort + " " + rapid.SampledFrom([]string{"<", "<=", ">", ">=", "="}).Draw(t, "operator") + " " + e.value(s("2"))
	}
	in.KeyConditionExpression = &condition
	if rapid.Bool().Draw(t, "filtered") {
		in.FilterExpression = aws.String(e.condition(1))
	}
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.used()
	name := fmt.Sprintf("query %s filter %s with %s, forward %v, limit %v", condition, aws.ToString(in.FilterExpression), show(e.values), *in.ScanIndexForward, aws.ToInt32(in.Limit))
	return scenario{name, func(ctx context.Context, c *sdk.Client, table string) (any, error) {
		in := in
		in.TableName = &table
		return pages(ctx, c, &in)
	}}
}

// pages reads a query to its end.
func pages(ctx context.Context, c *sdk.Client, in *sdk.QueryInput) (any, error) {
	var items []map[string]types.AttributeValue
	var count, scanned int32
	for {
		out, err := c.Query(ctx, in)
		if err != nil {
			return nil, err
		}
		items, count, scanned = append(items, out.Items...), count+out.Count, scanned+out.ScannedCount
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return shown(items, in.IndexName == nil, count, scanned), nil
		}
	}
}

func drawScan(t *rapid.T) scenario {
	e := newExpressions(t)
	in := sdk.ScanInput{FilterExpression: aws.String(e.condition(2))}
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.used()
	return scenario{fmt.Sprintf("scan %s with %s", *in.FilterExpression, show(e.values)), func(ctx context.Context, c *sdk.Client, table string) (any, error) {
		in := in
		in.TableName = &table
		out, err := c.Scan(ctx, &in)
		if err != nil {
			return nil, err
		}
		return shown(out.Items, false, out.Count, out.ScannedCount), nil
	}}
}

func drawBatch(t *rapid.T) scenario {
	var requests []types.WriteRequest
	for range rapid.IntRange(1, 3).Draw(t, "requests") {
		if rapid.Bool().Draw(t, "put") {
			requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: drawItem(t)}})
		} else {
			requests = append(requests, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: drawKey(t)}})
		}
	}
	return scenario{"batch", func(ctx context.Context, c *sdk.Client, table string) (any, error) {
		_, err := c.BatchWriteItem(ctx, &sdk.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: requests}})
		return nil, err
	}}
}

func drawTransaction(t *rapid.T) scenario {
	var parts []transactPart
	name := "transaction"
	for range rapid.IntRange(1, 3).Draw(t, "actions") {
		part := drawTransactPart(t)
		parts = append(parts, part)
		name += "; " + part.name
	}
	return scenario{name, func(ctx context.Context, c *sdk.Client, table string) (any, error) {
		in := &sdk.TransactWriteItemsInput{}
		for _, part := range parts {
			in.TransactItems = append(in.TransactItems, part.on(table))
		}
		_, err := c.TransactWriteItems(ctx, in)
		if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
			return reasons(cancelled), nil
		}
		return nil, err
	}}
}

// reasons are why a transaction has been cancelled.
func reasons(err *types.TransactionCanceledException) any {
	codes := []string{"cancelled"}
	for _, reason := range err.CancellationReasons {
		codes = append(codes, aws.ToString(reason.Code)+show(reason.Item))
	}
	return strings.Join(codes, " ")
}

// transactPart is one action of a transaction.
type transactPart struct {
	name string
	on   func(table string) types.TransactWriteItem
}

func drawTransactPart(t *rapid.T) transactPart {
	e := newExpressions(t)
	kind := rapid.SampledFrom([]string{"put", "update", "delete", "check"}).Draw(t, "kind")
	key, item, update := drawKey(t), drawItem(t), ""
	switch kind {
	case "put":
		key = value.Item{"PK": item["PK"], "SK": item["SK"]}
	case "update":
		update = e.update()
	}
	condition := e.condition(1)
	names, values := e.used()
	failure := types.ReturnValuesOnConditionCheckFailureAllOld
	on := func(table string) types.TransactWriteItem {
		switch kind {
		case "put":
			return types.TransactWriteItem{Put: &types.Put{TableName: &table, Item: item, ConditionExpression: &condition,
				ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: failure}}
		case "update":
			return types.TransactWriteItem{Update: &types.Update{TableName: &table, Key: key, UpdateExpression: &update, ConditionExpression: &condition,
				ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: failure}}
		case "delete":
			return types.TransactWriteItem{Delete: &types.Delete{TableName: &table, Key: key, ConditionExpression: &condition,
				ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: failure}}
		}
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: &table, Key: key, ConditionExpression: &condition,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: failure}}
	}
	return transactPart{fmt.Sprintf("%s %s %s if %s with %s", kind, show(key), update, condition, show(e.values)), on}
}

// show is an item as text, the same for equal items.
func show(item value.Item) string {
	item = value.Clone(item)
	for name, v := range item {
		switch v := v.(type) {
		case *value.SS:
			item[name] = &value.SS{Value: slices.Sorted(slices.Values(v.Value))}
		case *value.NS:
			item[name] = &value.NS{Value: slices.Sorted(slices.Values(v.Value))}
		}
	}
	return string(value.Encode(item))
}

// outcome is what of a call is compared.
func outcome(got any, err error) string {
	if err != nil {
		return fmt.Sprintf("%s %d", oracle.Code(err), oracle.Status(err))
	}
	return fmt.Sprint(got)
}
