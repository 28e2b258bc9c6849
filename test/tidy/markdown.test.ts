import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { projectFiles, read } from './project-files.ts';

const pages = () => projectFiles().filter((file) => file.endsWith('.md'));

test('a page has one title', () => {
  const titles = (file: string) => headings(file).filter(({ level }) => level === 1).length;
  assert.deepEqual(
    pages().filter((file) => titles(file) !== 1),
    [],
  );
});

test('links within the project lead somewhere', () => {
  const broken = pages().flatMap((page) =>
    links(page)
      .filter((link) => !resolves(page, link))
      .map((link) => `${page}: ${link}`),
  );
  assert.deepEqual(broken, []);
});

interface Heading {
  readonly level: number;
  readonly text: string;
}

function headings(page: string): readonly Heading[] {
  const matches = prose(page).matchAll(/^(#{1,6}) +(.+?)\s*$/gm);
  return [...matches].map(([, marks = '', text = '']) => ({ level: marks.length, text }));
}

/** Targets of links and images that are neither addresses nor mail. */
function links(page: string): readonly string[] {
  const text = prose(page).replace(/`[^`\n]*`/g, '');
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)];
  const defined = [...text.matchAll(/^\[[^\]]+\]: +(\S+)/gm)];
  const sources = [...text.matchAll(/<(?:img|source)[^>]* src(?:set)?="([^"]+)"/g)];
  return [...inline, ...defined, ...sources]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

function resolves(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), decodeURIComponent(file));
  if (!existsSync(target)) return false;
  if (anchor === undefined || statSync(target).isDirectory()) return true;
  // A place in code is a line.
  if (!target.endsWith('.md')) return /^L\d+(-L\d+)?$/.test(anchor);
  return headings(target).some(({ text }) => anchorOf(text) === anchor);
}

/** As the hosts of repositories make them: lower case, punctuation dropped, spaces to hyphens. */
function anchorOf(heading: string): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return plain.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
}

/** The page without its fenced code, in which `#` is a comment. */
function prose(page: string): string {
  return read(page).replace(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^\1\2\s*$/gm, '');
}
