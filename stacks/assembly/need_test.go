package assembly_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/aiprocessor"
	"github.com/keyvex/keyvex/lambdas/analyticsprocessor"
	"github.com/keyvex/keyvex/lambdas/emailprocessor"
	"github.com/keyvex/keyvex/lambdas/socket"
	"github.com/keyvex/keyvex/lambdas/websockethandler"
)

// tables are what each function asks of the table.
var tables = map[platform.Function][]reflect.Type{
	platform.AIProcessor:        {reflect.TypeFor[aiprocessor.Table](), reflect.TypeFor[socket.Connections]()},
	platform.AnalyticsProcessor: {reflect.TypeFor[analyticsprocessor.Table]()},
	platform.EmailProcessor:     {reflect.TypeFor[emailprocessor.Table]()},
	platform.WebSocketHandler:   {reflect.TypeFor[websockethandler.Table]()},
}

// calls are the actions that each of these takes (docs/data-model.md). A transaction
// takes those of its items, and ConditionCheckItem.
var calls = map[string]string{
	"ClaimJob": "UpdateItem GetItem", "ClaimUnknownJob": "UpdateItem GetItem", "DoubtJob": "UpdateItem",
	"AnswerJob": "UpdateItem PutItem ConditionCheckItem", "RefuseJob": "UpdateItem ConditionCheckItem", "ReleaseJob": "UpdateItem ConditionCheckItem",
	"StoredAnswer": "Query", "Messages": "Query", "ConnectionsOf": "Query", "Session": "GetItem",
	"AddInteractions": "PutItem UpdateItem ConditionCheckItem", "Daily": "GetItem",
	"AddLead": "PutItem", "Tool": "Query", "User": "GetItem",
	"BeginMail": "UpdateItem GetItem", "ReleaseMail": "UpdateItem", "SettleMail": "UpdateItem ConditionCheckItem",
	"PutConnection": "PutItem", "DeleteConnection": "DeleteItem", "ForgetConnection": "DeleteItem", "Connection": "GetItem", "Subscribe": "UpdateItem", "Unsubscribe": "UpdateItem",
}

func TestRolesAllowOfTheTableWhatTheFunctionsCallAndNoMore(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for f, needs := range tables {
			want := map[string]bool{}
			for _, table := range needs {
				for i := range table.NumMethod() {
					actions, known := calls[table.Method(i).Name]
					if !known {
						t.Errorf("%s calls %s, of which it is not written here what it takes", f, table.Method(i).Name)
					}
					for action := range strings.FieldsSeq(actions) {
						want["dynamodb:"+action] = true
					}
				}
			}
			got := map[string]bool{}
			for _, grant := range e.grants(t) {
				if strings.HasPrefix(grant.where, "Security "+role(f)+" ") {
					for _, action := range grant.actions {
						if strings.HasPrefix(action, "dynamodb:") {
							got[action] = true
						}
					}
				}
			}
			if !maps.Equal(got, want) {
				t.Errorf("%s is allowed %v, and calls %v", f, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
			}
		}
	})
}

// role is the path of a function's role.
func role(f platform.Function) string {
	return map[platform.Function]string{
		platform.AIProcessor: "AiProcessorRole", platform.AnalyticsProcessor: "AnalyticsProcessorRole",
		platform.EmailProcessor: "EmailProcessorRole", platform.WebSocketHandler: "WebsocketHandlerRole",
	}[f]
}

// The WebSocket handler answers by what it returns, and sends to no connection.
func TestOnlyTheAIProcessorSendsToConnections(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		want := []string{e.env.FunctionRoleName(platform.AIProcessor)}
		if got := texts(e.get(t, platform.API, "ConnectionsPolicy", "Roles")); !slices.Equal(got, want) {
			t.Errorf("%v may", got)
		}
	})
}
