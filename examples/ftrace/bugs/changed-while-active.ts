// Deliberate bug: the tracer goes on writing after its state was serialized.
import type { Kernel } from '../../../simulator/driver-api.ts';
import { rings } from '../ftrace.ts';

export { deserialize, init, record, serialize } from '../ftrace.ts';

export function traceOneMore(k: Kernel): void {
  const page = rings[0]?.[0]?.page ?? 0n;
  k.writeU64(page, 0xbadn);
}
