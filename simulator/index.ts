// The room's contract: the machine, its kernels and the handover between them.
export { combineRuntimes } from './combined-runtime.ts';
export type * from './driver-api.ts';
export { DriverObjects } from './driver-objects.ts';
export {
  type ExploredFailure,
  type ExploreOptions,
  type ExploreReport,
  exploreScenario,
} from './explore/explore.ts';
export { fileOfFailure } from './explore/failure-file.ts';
export type { RawScenario } from './explore/raw-scenario.ts';
export { FINDING_RULES } from './finding-rules.ts';
export { createInlineRuntime, type InlineDriver } from './inline-runtime.ts';
export { kernelName } from './kernel-names.ts';
export { createKernelObject, type RemoteCall } from './kernel-object.ts';
export { isCode, type LineCoverage, lineCoverage } from './line-coverage.ts';
export type { PageStore } from './machine/memory.ts';
export { createRandom, type Random } from './machine/random.ts';
export { type Ended, MessageQueue } from './message-queue.ts';
export { exploreReportToJson, formatExploreReport } from './report/explore-summary.ts';
export { formatFaultReport } from './report/fault-summary.ts';
export {
  faultReportToJson,
  type JsonFaultReport,
  type JsonRunResult,
  resultToJson,
  stateToJson,
} from './report/json.ts';
export { formatState } from './report/state-summary.ts';
export { formatRunMarkdown, formatRunSummary, isCleanRun } from './report/summary.ts';
export * from './result.ts';
export {
  exploreFaults,
  type FaultOptions,
  type FaultReport,
  type FaultRun,
  MAX_FAULTS,
  type SiteCoverage,
  survivesFaults,
} from './run/explore-faults.ts';
export { type RunOptions, runScenario } from './run/run.ts';
export type * from './runtime.ts';
export {
  canScaffold,
  type ScaffoldFile,
  scaffoldDriver,
  scaffoldNameProblem,
} from './scaffold.ts';
export { canScaffoldC, scaffoldCDriver } from './scaffold-c.ts';
export { SCAFFOLD_KINDS, type ScaffoldKind, scaffold } from './scaffold-kinds.ts';
export { parseScenario } from './scenario/parse.ts';
export type * from './scenario/scenario.ts';
export { diffTraces, type TraceDifference, type TraceDiffOptions } from './trace/diff.ts';
export { matchesFilter, type TraceFilter } from './trace/filter.ts';
export { parseTraceLine, type TraceLine } from './trace/line.ts';
export type * from './trace/state.ts';
