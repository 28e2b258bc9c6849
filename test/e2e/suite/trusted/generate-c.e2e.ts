// C out of a binding: written beside it, and never over what is there without a question.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from '../../support/until.ts';
import { writeFile } from '../../support/workspace.ts';

const BINDING = `$id: log-v1
title: A log
kho-releases: [7.1..]
properties:
  compatible:
    const: log-v1
  head:
    $ref: /schemas/types.yaml#/definitions/uint32
required: [compatible, head]
`;

describe('C of a binding', () => {
  it('is written beside it and opened', async () => {
    const uri = await writeFile('log-v1.kho.yaml', BINDING);
    const header = vscode.Uri.joinPath(uri, '..', 'log_kho.h');
    const source = vscode.Uri.joinPath(uri, '..', 'log_kho.c');
    try {
      await vscode.window.showTextDocument(uri);
      await vscode.commands.executeCommand('kho.generateC');
      const document = await until('the C file', () => {
        const { document } = vscode.window.activeTextEditor ?? {};
        return document?.uri.path.endsWith('/log_kho.c') && document;
      });
      assert.match(document.getText(), /void \*log_kho_serialize\(struct log_state \*state\)/);
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(header));
      assert.match(text, /#define LOG_KHO_COMPATIBLE\t+"log-v1"/);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      for (const each of [uri, header, source]) await vscode.workspace.fs.delete(each);
    }
  });
});
