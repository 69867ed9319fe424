package cloudformation

import "github.com/keyvex/keyvex/internal/sandbox/wire"

// Wire gives the service's operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name: "cloudformation", Protocols: []wire.Protocol{wire.Query}, Version: "2010-05-15",
		Namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
	}
	wire.Handle(w, s.CreateChangeSet)
	wire.Handle(w, s.DescribeChangeSet)
	wire.Handle(w, s.ExecuteChangeSet)
	wire.Handle(w, s.DeleteChangeSet)
	wire.Handle(w, s.ListChangeSets)
	wire.Handle(w, s.CreateStack)
	wire.Handle(w, s.UpdateStack)
	wire.Handle(w, s.DeleteStack)
	wire.Handle(w, s.CancelUpdateStack)
	wire.Handle(w, s.ContinueUpdateRollback)
	wire.Handle(w, s.RollbackStack)
	wire.Handle(w, s.DescribeStacks)
	wire.Handle(w, s.ListStacks)
	wire.Handle(w, s.DescribeStackEvents)
	wire.Handle(w, s.DescribeEvents)
	wire.Handle(w, s.ListStackResources)
	wire.Handle(w, s.DescribeStackResources)
	wire.Handle(w, s.DescribeStackResource)
	wire.Handle(w, s.GetTemplate)
	wire.Handle(w, s.GetTemplateSummary)
	wire.Handle(w, s.ValidateTemplate)
	wire.Handle(w, s.SetStackPolicy)
	wire.Handle(w, s.GetStackPolicy)
	wire.Handle(w, s.UpdateTerminationProtection)
	wire.Handle(w, s.ListExports)
	wire.Handle(w, s.ListImports)
	wire.Handle(w, s.DetectStackDrift)
	wire.Handle(w, s.DetectStackResourceDrift)
	wire.Handle(w, s.DescribeStackDriftDetectionStatus)
	wire.Handle(w, s.DescribeStackResourceDrifts)
	return w
}
