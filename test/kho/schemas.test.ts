import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { Ajv } from 'ajv';

// Whoever reads a file with them takes them for what they are, to start sooner.
for (const file of ['kho/bindings/binding.schema.json', 'simulator/scenario.schema.json'])
  test(`${file} is a JSON Schema`, () => {
    const ajv = new Ajv({ allowUnionTypes: true });
    assert.ok(ajv.validateSchema(JSON.parse(readFileSync(file, 'utf8'))), ajv.errorsText());
    assert.equal(ajv.validateSchema({ type: 'nothing' }), false);
  });
