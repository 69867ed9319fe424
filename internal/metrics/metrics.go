// Package metrics is what the console's Overview, keyvex status and keyvex metrics
// know of a running environment: how each thing is doing, the verdict over all of
// them with its cause, what changed lately, and what it cost to ask.
//
// A Collector reads its sources again and again and hands out Snapshots. A source
// that fails takes nothing from the others: its part keeps the last values, says how
// old they are and with what code the last asking failed, and is never green.
//
// It knows no terminal. What AWS answers badly is a *problem.Error already when it
// comes here (package cloud).
package metrics
