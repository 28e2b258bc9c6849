// Whatever is typed, and whatever is asked while it is typed: a whole server answers, and logs no
// mistake of its own. withClient() fails a test in which it does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ResponseError } from 'vscode-languageserver/node';
import { positionAt } from '../../fdt/index.ts';
import { randomEdit } from '../fdt/random-edits.ts';
import { randomFrom } from '../fdt/random-source.ts';
import { type TestClient, withClient } from './test-client.ts';

const SEED = 20_261_123;
const REQUESTS = 3000;

const DRIVER = `#include <linux/kexec_handover.h>
#include <linux/libfdt.h>

static int ring_preserve(struct ring *ring, void *fdt)
{
	int err = kho_preserve_folio(ring->folio);

	if (err)
		return err;
	err = fdt_property_u64(fdt, "ring", virt_to_phys(ring->data));
	if (err)
		goto err_unpreserve;
	return 0;

err_unpreserve:
	kho_unpreserve_folio(ring->folio);
	return -EINVAL;
}
`;

const DOCUMENTS: readonly (readonly [file: string, languageId: string, text: string])[] = [
  ['a.kho.dts', 'kho-fdt', readFileSync('examples/ftrace/ftrace.kho.dts', 'utf8')],
  ['b.kho.yaml', 'yaml', readFileSync('bindings/kho-v4.kho.yaml', 'utf8')],
  ['c.c', 'c', DRIVER],
];

const METHODS = [
  'hover',
  'completion',
  'signatureHelp',
  'definition',
  'typeDefinition',
  'references',
  'documentHighlight',
  'documentSymbol',
  'foldingRange',
  'selectionRange',
  'semanticTokens/full',
  'semanticTokens/range',
  'inlayHint',
  'codeLens',
  'documentLink',
  'codeAction',
  'formatting',
  'rangeFormatting',
  'onTypeFormatting',
  'prepareRename',
  'rename',
  'prepareTypeHierarchy',
  'diagnostic',
];

test(`${REQUESTS} edits, each with a question`, () =>
  withClient({}, async (client) => {
    const random = randomFrom(SEED);
    const below = (limit: number): number => Math.floor(random() * limit);
    const texts = DOCUMENTS.map(([, , text]) => text);
    let near = 0;
    for (const [file, languageId, text] of DOCUMENTS) await client.open(file, text, languageId);
    const said = (): Promise<unknown[]> =>
      Promise.all(DOCUMENTS.map(([file]) => client.diagnostics(file)));
    const first = await said();
    for (let i = 0; i < REQUESTS; i++) {
      const index = below(DOCUMENTS.length);
      const [file, , base] = DOCUMENTS[index] as (typeof DOCUMENTS)[number];
      // Broken text stays broken for long: start over, so that edits of right text are tried too.
      if (below(40) === 0) {
        texts[index] = base;
        await client.edit(file, base);
      }
      const before = texts[index] as string;
      const { start, end, text } = randomEdit(before, near, random);
      texts[index] = before.slice(0, start) + text + before.slice(end);
      near = start + text.length;
      await client.edit(file, text, { start: at(before, start), end: at(before, end) });
      const offset = below(2) === 0 ? near : below((texts[index] as string).length);
      const method = METHODS[below(METHODS.length)] as string;
      await ask(client, file, method, texts[index] as string, offset);
    }
    for (const [file, , text] of DOCUMENTS) await client.edit(file, text);
    assert.deepEqual(await said(), first);
  }));

function at(text: string, offset: number): { line: number; character: number } {
  return positionAt({ path: '', text }, offset);
}

/** A refusal with a sentence is an answer too. */
async function ask(
  client: TestClient,
  file: string,
  method: string,
  text: string,
  offset: number,
): Promise<void> {
  const position = at(text, offset);
  const params = {
    textDocument: { uri: client.uri(file) },
    position,
    positions: [position],
    range: { start: position, end: at(text, offset + 50) },
    context: { diagnostics: [], includeDeclaration: true, triggerKind: 1 },
    newName: 'another',
    ch: '}',
    options: { tabSize: 8, insertSpaces: false },
  };
  try {
    await client.connection.sendRequest(`textDocument/${method}`, params);
  } catch (error) {
    assert.ok(error instanceof ResponseError, String(error));
    assert.doesNotMatch(error.message, /Unhandled|internal/i, `${method}: ${error.message}`);
  }
}
