package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Plan looks at what is deployed and decides what a deploy of the release would
// do. When nothing changed it costs one DescribeStacks a stack, all at the same
// time, and one GetParameters.
//
// Errors: Usage for a template parameter without a value, NotFound when a chosen
// stack depends on one that is not deployed, Refused when the environment lives
// in another region, and what AWS answers.
func (d *Deployer) Plan(ctx context.Context, r Release, o PlanOptions) (*Plan, error) {
	stacks := chosen(r, o)
	templates, err := parseTemplates(r, stacks)
	if err != nil {
		return nil, err
	}
	world, err := d.survey(ctx, r, stacks, templates)
	if err != nil {
		return nil, err
	}
	if err := checkDependencies(r.Environment, stacks, world.live); err != nil {
		return nil, err
	}
	plan := &Plan{Release: r}
	for _, s := range stacks {
		p, err := d.planStack(ctx, r, s, templates[s], world, o.Force)
		if err != nil {
			return nil, err
		}
		plan.Stacks = append(plan.Stacks, p)
	}
	markRechecks(plan)
	plan.Estimate = estimate(plan.Stacks)
	return plan, d.checkGround(ctx, plan)
}

// chosen lists the stacks to plan, each after what it depends on.
func chosen(r Release, o PlanOptions) []platform.Stack {
	var out []platform.Stack
	for _, s := range platform.Stacks {
		_, has := r.Template(s)
		if has && (len(o.Stacks) == 0 || slices.Contains(o.Stacks, s)) {
			out = append(out, s)
		}
	}
	return out
}

func parseTemplates(r Release, stacks []platform.Stack) (map[platform.Stack]*template, error) {
	parsed := map[platform.Stack]*template{}
	for _, s := range stacks {
		t, _ := r.Template(s)
		p, err := parseTemplate(t.Body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s, err)
		}
		if _, missing := p.values(r.Parameters); len(missing) > 0 {
			return nil, problem.New(problem.Usage, "%s needs a value for %s", s, strings.Join(missing, ", ")).
				WithHint("set it in keyvex.toml, in the section of %s", r.Environment)
		}
		parsed[s] = p
	}
	return parsed, nil
}

// world is what AWS answered.
type world struct {
	live   map[platform.Stack]*liveStack
	values map[string]string
}

// survey reads the stacks, those they depend on and the contract, all at once.
func (d *Deployer) survey(ctx context.Context, r Release, stacks []platform.Stack, templates map[platform.Stack]*template) (world, error) {
	all := slices.Clone(stacks)
	for _, s := range stacks {
		for _, dep := range s.DependsOn() {
			if !slices.Contains(all, dep) {
				all = append(all, dep)
			}
		}
	}
	var w world
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		w.live, err = d.lookAll(ctx, r.Environment, all)
		return err
	})
	group.Go(func() (err error) {
		w.values, err = d.values(ctx, names(templates, r.Parameters))
		return err
	})
	return w, group.Wait()
}

// checkDependencies refuses a choice of stacks whose ground is missing.
func checkDependencies(env platform.Environment, stacks []platform.Stack, live map[platform.Stack]*liveStack) error {
	for _, s := range stacks {
		for _, dep := range s.DependsOn() {
			if slices.Contains(stacks, dep) || live[dep] != nil && healthy(live[dep].status()) {
				continue
			}
			return problem.New(problem.NotFound, "%s depends on %s, which is not deployed", env.StackName(s), env.StackName(dep)).
				WithHint("keyvex deploy -e %s --stack %s --stack %s", env, dep, s)
		}
	}
	return nil
}

func (d *Deployer) planStack(ctx context.Context, r Release, s platform.Stack, parsed *template, w world, force bool) (StackPlan, error) {
	t, _ := r.Template(s)
	values, _ := parsed.values(r.Parameters)
	live := w.live[s]
	goal := target{env: r.Environment, template: t, parsed: parsed, values: values, resolved: w.values}
	action, reasons, err := d.decide(ctx, goal, live, force)
	if err != nil {
		return StackPlan{}, err
	}
	p := StackPlan{
		Stack: s, Name: t.Name, Action: action, Reasons: reasons,
		stack: live, template: parsed, readsFrom: owners(r, parsed),
	}
	if live != nil {
		p.ID, p.Status, p.Updated = live.id(), live.status(), live.updated()
		p.Build = live.output(platform.OutputBuild)
	}
	p.Estimate = p.expected()
	return p, nil
}

// replan looks at one stack again.
func (d *Deployer) replan(ctx context.Context, r Release, old StackPlan) (StackPlan, error) {
	only := []platform.Stack{old.Stack}
	parsed := map[platform.Stack]*template{old.Stack: old.template}
	live, err := d.lookAll(ctx, r.Environment, only)
	if err != nil {
		return old, err
	}
	values, err := d.values(ctx, names(parsed, r.Parameters))
	if err != nil {
		return old, err
	}
	return d.planStack(ctx, r, old.Stack, old.template, world{live, values}, false)
}

// owners lists the stacks that publish what a template reads.
func owners(r Release, t *template) []platform.Stack {
	values, _ := t.values(r.Parameters)
	var out []platform.Stack
	for _, name := range t.reads(values) {
		for _, c := range platform.Contracts {
			if r.Environment.ParameterName(c.Key) == name && !slices.Contains(out, c.Owner) {
				out = append(out, c.Owner)
			}
		}
	}
	return out
}

// markRechecks marks the stacks that read values which the plan may change.
func markRechecks(plan *Plan) {
	moving := map[platform.Stack]bool{}
	for i := range plan.Stacks {
		p := &plan.Stacks[i]
		for _, owner := range p.readsFrom {
			p.Recheck = p.Recheck || moving[owner]
		}
		moving[p.Stack] = p.Recheck || p.Action != Unchanged && p.Action != Protect
	}
}
