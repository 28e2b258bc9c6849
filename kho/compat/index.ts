// Whether the next kernel understands this one.
export { compareBindings } from './bindings.ts';
export {
  compare,
  consequenceText,
  isCompatible,
  type Outcome as CompatOutcome,
  type Verdict,
} from './compare.ts';
export {
  type Reader,
  readerOfRelease,
  type Writer,
  type WrittenState,
  writerOfHandover,
  writerOfRelease,
  writerOfTree,
} from './subject.ts';
