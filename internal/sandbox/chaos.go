package sandbox

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// KillFunction kills, as kill -9 would, all processes of a function that pick
// chooses, given how many functions there are, and gives their number.
func (s *Sandbox) KillFunction(pick func(n int) int) int {
	listed, err := s.Lambda.ListFunctions(context.Background(), &lambda.ListFunctionsInput{})
	if err != nil || len(listed.Functions) == 0 {
		return 0
	}
	return s.Lambda.Kill(aws.ToString(listed.Functions[pick(len(listed.Functions))].FunctionName))
}
