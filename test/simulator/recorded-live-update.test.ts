// What the Live Update Orchestrator lays out in the simulator against what it left in a real Linux
// 7.3.4: the same bytes, but for addresses.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AnyStruct,
  decodeHandover,
  type HandoverImage,
  KHO_BLOCK_HEADER_SER,
  LUO_FILE_SER,
  LUO_SESSION_SER,
  MEMFD_LUO_FOLIO_SER,
  MEMFD_LUO_SER,
  readStruct,
} from '../../kho/index.ts';
import { mainlineScenario } from './mainline-scenarios.ts';
import { recordedImage } from './recorded-handover.ts';
import { JUMP, LOAD, runInline } from './scenarios.ts';

test('a session with a memfd is laid out as the real kernel does, up to addresses', async (t) => {
  const real = recordedImage(t);
  if (real === undefined) return;
  const pages = Array.from({ length: 256 }, (_, i) => ({ at: i * 4096, text: `page ${i}` }));
  const steps = [
    { memfd: 'm', size: '1M', content: pages },
    { session: 'test-session', do: 'create' },
    { session: 'test-session', do: 'preserve-fd', file: 'm', token: 0x1a },
    LOAD,
    JUMP,
  ];
  const cmdline = 'kho=on liveupdate=on kho_scratch=16M,32M,32M';
  const scenario = mainlineScenario({ releases: ['7.3', '7.3'], cmdline, steps });
  const [image] = (await runInline(scenario, { d: () => ({}) })).images;
  assert.ok(image !== undefined);
  assert.deepEqual(withoutAddresses(image), withoutAddresses(real));
});

/** The structs of the session, its file, the memfd and its list, with addresses left out. */
function withoutAddresses(image: HandoverImage): unknown {
  const { memory } = image;
  const { luo } = decodeHandover(image);
  const session = luo?.sessions[0];
  const file = session?.files[0];
  assert.ok(luo !== undefined && session !== undefined && file?.memfd !== undefined);
  const read = (struct: AnyStruct, at: number): Readonly<Record<string, unknown>> => {
    const bytes = memory.read(BigInt(at), struct.sizeBytes);
    assert.ok(bytes !== undefined);
    return readStruct(struct, bytes, 0, 'little');
  };
  const { files, ...sessionRest } = read(LUO_SESSION_SER as AnyStruct, session.address);
  const block = Number(files);
  const header = read(KHO_BLOCK_HEADER_SER as AnyStruct, block);
  const { data, ...fileRest } = read(
    LUO_FILE_SER as AnyStruct,
    block + KHO_BLOCK_HEADER_SER.sizeBytes,
  );
  const { 'folios.first': first, ...memfd } = read(MEMFD_LUO_SER as AnyStruct, Number(data));
  const chunk = memory.read(BigInt(Number(first)), 16) ?? new Uint8Array();
  const list = Number(new DataView(chunk.buffer, chunk.byteOffset).getBigUint64(8, true));
  const folios = Array.from({ length: 256 }, (_, i) => {
    const { pfn, ...rest } = read(MEMFD_LUO_FOLIO_SER as AnyStruct, list + i * 16);
    return { isThere: pfn !== 0n, ...rest };
  });
  return { number: luo.liveupdateNumber, sessionRest, header, fileRest, memfd, folios };
}
