package dynamodb_test

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// difference is one that is known between another server and this one.
type difference struct {
	// why AWS's documentation is on our side.
	why string
	is  func(s scenario, ours, theirs string) bool
	// diverges is a difference after which the tables may hold different items.
	diverges bool
}

// sameAs makes random scenarios at both servers, each sequence on a table of its own.
func sameAs(t *testing.T, theirs *sdk.Client, kinds func(scenario) bool, known []difference) {
	seed(t)
	ours, _ := client(t)
	tables, compared, cut := 0, 0, 0
	defer func() {
		t.Logf("compared %d outcomes; %d of %d sequences ended at a known difference", compared, cut, tables)
	}()
	rapid.Check(t, func(rt *rapid.T) {
		tables++
		name := fmt.Sprintf("table%d", tables)
		for _, c := range []*sdk.Client{ours, theirs} {
			if err := createAndWait(t.Context(), c, name); err != nil {
				rt.Fatal(err)
			}
		}
		for range 12 {
			one := drawScenario(rt)
			if !kinds(one) {
				continue
			}
			compared++
			if !sameOutcome(t.Context(), rt, one, name, ours, theirs, known) {
				cut++
				return
			}
		}
		whole := scenario{"look at everything", func(ctx context.Context, c *sdk.Client, table string) (any, error) {
			out, err := c.Scan(ctx, &sdk.ScanInput{TableName: &table})
			if err != nil {
				return nil, err
			}
			return shown(out.Items, false), nil
		}}
		sameOutcome(t.Context(), rt, whole, name, ours, theirs, known)
	})
}

// seed makes the run the same one each time, unless the command line has a seed: what
// is new then is ours, and no difference of the other server that nobody has met yet.
func seed(t *testing.T) {
	f := flag.Lookup("rapid.seed")
	if before := f.Value.String(); before == "0" {
		t.Cleanup(func() { _ = f.Value.Set(before) })
		_ = f.Value.Set("20261122")
	}
}

// createAndWait is quicker than the SDK's waiter, which looks every 20 seconds.
func createAndWait(ctx context.Context, c *sdk.Client, name string) error {
	if _, err := c.CreateTable(ctx, table(name, nil)); err != nil {
		return err
	}
	for range 500 {
		out, err := c.DescribeTable(ctx, &sdk.DescribeTableInput{TableName: &name})
		if err != nil || out.Table.TableStatus == types.TableStatusActive {
			return err
		}
		if err := clock.Sleep(ctx, clock.Wall{}, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("table %s does not become active", name)
}

func sameOutcome(ctx context.Context, rt *rapid.T, one scenario, name string, ours, theirs *sdk.Client, known []difference) bool {
	got, want := outcome(one.call(ctx, ours, name)), outcome(one.call(ctx, theirs, name))
	rt.Logf("%s: %s", one.name, got)
	for _, d := range known {
		if d.is(one, got, want) {
			return !d.diverges
		}
	}
	if got == want {
		return true
	}
	rt.Fatalf("%s:\n ours   %s\n theirs %s", one.name, got, want)
	return false
}

// motoDiffers are moto's known differences.
var motoDiffers = []difference{
	{"an expression on values of other types is false or a ValidationException, never a failure of the server", func(_ scenario, _, theirs string) bool {
		return strings.HasSuffix(theirs, " 500") || strings.HasPrefix(theirs, "cancelled") && strings.Contains(theirs, "Error{}")
	}, true},
	{"an update that does not fit the item cancels its transaction with ValidationError (TransactionCanceledException)", func(_ scenario, ours, theirs string) bool {
		return strings.HasPrefix(ours, "cancelled") && strings.Contains(ours, "ValidationError") && theirs == "ValidationException 400"
	}, true},
	{"a path has to lead into the item: 'the document path provided in the update expression is invalid for update'; moto makes what is missing of a new item", func(s scenario, ours, theirs string) bool {
		nested := strings.Contains(s.name, ".k = ") || strings.Contains(s.name, "[0] = ")
		return nested && strings.Contains(ours, "Validation") && !strings.Contains(theirs, "Exception")
	}, true},
	{"an update is done whole or not at all; moto keeps the parts before the one that fails", func(s scenario, ours, theirs string) bool {
		return strings.HasPrefix(s.name, "update") && ours == "ValidationException 400" && theirs == ours
	}, true},
	{"UPDATED_NEW and UPDATED_OLD give the updated attributes only (UpdateItem, ReturnValues); moto adds the key", func(s scenario, _, theirs string) bool {
		return (strings.HasSuffix(s.name, "UPDATED_NEW") || strings.HasSuffix(s.name, "UPDATED_OLD")) && strings.HasPrefix(theirs, "{")
	}, false},
	{"a batch cannot have two requests for one item (BatchWriteItem); moto takes a put and a delete", func(s scenario, ours, _ string) bool {
		return s.name == "batch" && ours == "ValidationException 400"
	}, true},
}

func TestRandomScenariosEndAsMotosDo(t *testing.T) {
	config := oracle.Moto(t)
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	sameAs(t, sdk.NewFromConfig(config), func(scenario) bool { return true }, motoDiffers)
}

func TestRandomScenariosEndAsDynalitesDo(t *testing.T) {
	sameAs(t, dynalite(t), func(s scenario) bool { return !strings.HasPrefix(s.name, "transaction") }, nil)
}
