package dynamodb_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// botoScript uses the resource interface, which has serializers of its own.
const botoScript = `
import boto3, sys
from decimal import Decimal
from boto3.dynamodb.conditions import Key, Attr
from botocore.config import Config
db = boto3.resource('dynamodb', endpoint_url=sys.argv[1], config=Config(retries={'max_attempts': 0}))
t = db.Table('main')
item = {'PK': 'a', 'SK': '1', 'n': Decimal('1.50'), 'b': b'\x00\xff', 'set': {'x', 'y'}, 'm': {'l': [None, True, '']}}
t.put_item(Item=item)
assert t.get_item(Key={'PK': 'a', 'SK': '1'})['Item'] == item, t.get_item(Key={'PK': 'a', 'SK': '1'})
try:
    t.put_item(Item=item, ConditionExpression=Attr('PK').not_exists())
    assert False
except db.meta.client.exceptions.ConditionalCheckFailedException as e:
    assert e.response['ResponseMetadata']['HTTPStatusCode'] == 400
out = t.update_item(Key={'PK': 'a', 'SK': '1'}, UpdateExpression='ADD n :n', ExpressionAttributeValues={':n': 2}, ReturnValues='UPDATED_NEW', ReturnConsumedCapacity='TOTAL')
assert out['Attributes'] == {'n': Decimal('3.5')} and out['ConsumedCapacity']['CapacityUnits'] == 1, out
with t.batch_writer() as batch:
    for i in range(30):
        batch.put_item(Item={'PK': 'q', 'SK': '%02d' % i})
page = t.query(KeyConditionExpression=Key('PK').eq('q') & Key('SK').begins_with('1'), Limit=4)
assert [i['SK'] for i in page['Items']] == ['10', '11', '12', '13'] and page['LastEvaluatedKey'] == {'PK': 'q', 'SK': '13'}, page
try:
    db.meta.client.transact_write_items(TransactItems=[{'ConditionCheck': {'TableName': 'main', 'Key': {'PK': 'z', 'SK': 'z'}, 'ConditionExpression': 'attribute_exists(PK)'}}])
    assert False
except db.meta.client.exceptions.TransactionCanceledException as e:
    assert e.response['CancellationReasons'][0]['Code'] == 'ConditionalCheckFailed', e.response
print('fine')
`

func TestBoto3FindsItsItems(t *testing.T) {
	if err := exec.CommandContext(t.Context(), "python3", "-c", "import boto3").Run(); err != nil {
		t.Skip("python3 has no boto3 here: no client of another make")
	}
	c, service := client(t)
	mustCreate(t, c, "main")
	router := &wire.Router{}
	router.Add(service.Wire())
	server := httptest.NewServer(router)
	defer server.Close()
	command := exec.CommandContext(t.Context(), "python3", "-c", botoScript, server.URL)
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_DEFAULT_REGION=" + oracle.Region,
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "PYENV_VERSION=" + os.Getenv("PYENV_VERSION"),
	}
	if output, err := command.CombinedOutput(); err != nil || !strings.Contains(string(output), "fine") {
		t.Errorf("%v: %s", err, output)
	}
}

func TestTheAWSCommandLineFindsItsItems(t *testing.T) {
	service := dynamodb.New(oracle.Host())
	if _, err := service.CreateTable(t.Context(), table("main", nil)); err != nil {
		t.Fatal(err)
	}
	item := `{"PK":{"S":"a"},"SK":{"S":"1"},"hits":{"N":"41"}}`
	if _, err := oracle.AWS(t, service.Wire(), "dynamodb", "put-item", "--table-name", "main", "--item", item); err != nil {
		t.Fatal(err)
	}
	out, err := oracle.AWS(t, service.Wire(), "dynamodb", "update-item", "--table-name", "main", "--key", `{"PK":{"S":"a"},"SK":{"S":"1"}}`,
		"--update-expression", "SET hits = hits + :one", "--expression-attribute-values", `{":one":{"N":"1"}}`, "--return-values", "ALL_NEW")
	if err != nil || out["Attributes"].(map[string]any)["hits"].(map[string]any)["N"] != "42" {
		t.Errorf("%v, %v", out, err)
	}
	_, err = oracle.AWS(t, service.Wire(), "dynamodb", "query", "--table-name", "main", "--key-condition-expression", "size = :p", "--expression-attribute-values", `{":p":{"S":"a"}}`)
	if err == nil || !strings.Contains(err.Error(), "reserved keyword: size") {
		t.Errorf("a reserved word: %v", err)
	}
}
