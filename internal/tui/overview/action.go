package overview

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// switched is a consumer that was paused or resumed.
type switched struct {
	text string
	err  error
}

func (o *Overview) say(msg switched) tea.Cmd {
	if msg.err != nil {
		return page.Send(page.Fail{Err: msg.err})
	}
	o.source.Refresh()
	return page.Send(page.Say{Text: msg.text, Tone: present.Good})
}

// Actions pause and resume the consumer of what is under the cursor, and mute an
// alarm. What is done with messages is done where they are seen, on the page of the
// queues.
func (o *Overview) Actions() []page.Action {
	r := o.under().Resource
	if alarm, ok := o.alarm(r.Name); ok && r.Kind == metrics.KindAlarm {
		return []page.Action{o.muteAction(alarm)}
	}
	return o.actionsOf(r)
}

func (o *Overview) actionsOf(r metrics.Resource) []page.Action {
	function := r.Function()
	if o.source == nil || function == "" || function.Spec().Queue == "" {
		return nil
	}
	for _, q := range o.shown.Queues {
		if q.Queue == function.Spec().Queue {
			return []page.Action{o.consumerAction(function, q)}
		}
	}
	return nil
}

func (o *Overview) consumerAction(function platform.Function, q metrics.Queue) page.Action {
	name := string(function)
	if q.Paused() {
		return page.Action{Key: "r", Title: "resume " + name + ": it takes from " + string(q.Queue) + " again", Do: func() tea.Cmd {
			return o.switching(function, o.Consumers.Resume, name+" takes messages again")
		}}
	}
	a := page.Action{Key: "p", Title: "pause " + name + ": messages wait in " + string(q.Queue), Do: func() tea.Cmd {
		return page.Send(page.Ask{
			Title: "Pause " + name + "?", Yes: "pause",
			Lines: []string{"Messages wait in " + string(q.Queue) + " until it is resumed, and none dies.", "What it works on comes to its end."},
			Do:    o.switching(function, o.Consumers.Pause, name+" is paused"),
		})
	}}
	if q.Consumer == "" {
		a.Why = "its consumer is not known"
	}
	return a
}

func (o *Overview) switching(function platform.Function, does func(context.Context, platform.Function) error, text string) tea.Cmd {
	return func() tea.Msg { return switched{text, does(o.host.Context, function)} }
}

// muteFor is how long the console mutes an alarm; keyvex alarms mute takes any length.
const muteFor = time.Hour

func (o *Overview) muteAction(a metrics.Alarm) page.Action {
	if a.Muted {
		return page.Action{Key: "u", Title: "let " + a.Name + " notify again", Do: func() tea.Cmd {
			return func() tea.Msg { return switched{a.Name + " notifies again", o.Alarms.Unmute(o.host.Context, a.Name)} }
		}}
	}
	mute := page.Action{Key: "m", Title: "mute " + a.Name + " for an hour: it notifies nobody", Do: func() tea.Cmd {
		return page.Send(page.Ask{
			Title: "Mute " + a.Name + " for an hour?", Yes: "mute",
			Lines: []string{"It goes on watching and stays in the verdict; nobody is notified by it until then."},
			Do: func() tea.Msg {
				until, err := o.Alarms.Mute(o.host.Context, a.Name, muteFor)
				return switched{a.Name + " is muted till " + until.In(o.host.Zone).Format("15:04"), err}
			},
		})
	}}
	if a.Composite {
		mute.Why = "the alarms that it is made of notify, not it"
	}
	return mute
}
