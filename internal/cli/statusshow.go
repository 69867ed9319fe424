package cli

import (
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/present"
)

// pipeWidth is how wide the Overview is drawn where there is no terminal.
const pipeWidth = 80

// show prints the verdict and the stacks, or the whole Overview.
func (o *statusOptions) show(s metrics.Snapshot, doc present.StatusDocument, stacks []deploy.StackStatus) {
	look, now := o.outLook(), o.clock.Now()
	options := present.OverviewOptions{Now: now, Zone: now.Location()}
	if doc.Deployed && o.overview {
		if look.Height = 0; look.Width == endless {
			look.Width = pipeWidth
		}
		o.print(look.OverviewHeader(s, options))
		for _, line := range look.Overview(s, options) {
			o.print(line.Text)
		}
		return
	}
	o.print(look.PlaceLine(doc.Where))
	if doc.Deployed {
		o.print(look.Judgement(s, options)...)
	}
	o.print(look.StatusTable(stacks, now)...)
}
