package cloud

import (
	"errors"
	"fmt"
	"testing"
)

func TestAnEndlessListingIsGivenUp(t *testing.T) {
	reads := 0
	_, err := ListAll(func(token *string) ([]int, *string, error) {
		reads++
		return []int{1}, new("again"), nil
	})
	if !errors.Is(err, errEndless) || reads > 3 {
		t.Errorf("%d reads: %v", reads, err)
	}
	reads = 0
	_, err = ListAll(func(*string) ([]int, *string, error) {
		reads++
		return nil, new(fmt.Sprint(reads)), nil
	})
	if !errors.Is(err, errEndless) || reads > maxPages {
		t.Errorf("%d reads: %v", reads, err)
	}
}
