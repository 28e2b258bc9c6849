// What the process of a kernel may not do, and that nothing of it is left, however it ends.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { needsCompiler } from '../support/native.ts';
import { driverWith, findingsOf, linesOf, runC } from './native-scenarios.ts';

/** Functions of the C library, which no driver of a kernel has. */
const LIBRARY = `#include <linux/slab.h>
int socket(int domain, int type, int protocol);
int connect(int fd, const void *address, unsigned int length);
int fork(void);
int execve(const char *path, char *const args[], char *const environment[]);
int shmget(int key, unsigned long size, int flags);
int open(const char *path, int flags, ...);
long write(int fd, const void *data, unsigned long count);
void *malloc(unsigned long size);
char *getenv(const char *name);
char *getcwd(char *to, unsigned long size);
int *__errno_location(void);
`;
const EPERM = 1;

test('a process of a kernel has no network', async (t) => {
  if (!needsCompiler(t)) return;
  const server = createServer((socket) => socket.end());
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const body = `
	struct { u16 family; u8 port[2]; u8 host[4]; u8 zero[8]; } to = {
		2, { ${port >> 8}, ${port & 255} }, { 127, 0, 0, 1 } };
	int fd = socket(2, 1, 0);
	pr_info("%d\\n", fd < 0 ? -*__errno_location() : connect(fd, &to, sizeof(to)));`;
  const result = await runC(t, {
    drivers: { 'd.c': driverWith(body, LIBRARY) },
    releases: ['7.3'],
  });
  assert.deepEqual([findingsOf(result), linesOf(result, 1)], [[], [`d: -${EPERM}`]]);
});

test('a process of a kernel starts no others and leaves no shared memory', async (t) => {
  if (!needsCompiler(t)) return;
  const body = `
	char *const none[] = { NULL };
	int pid = fork();
	pr_info("%d %d\\n", pid, *__errno_location());
	pr_info("%d %d\\n", execve("/bin/true", none, none), *__errno_location());
	pr_info("%d %d\\n", shmget(0, 4096, 01600), *__errno_location());`;
  const drivers = { 'd.c': driverWith(body, LIBRARY) };
  const result = await runC(t, { drivers, releases: ['7.3'] });
  const refused = `d: -1 ${EPERM}`;
  assert.deepEqual(linesOf(result, 1), [refused, refused, refused]);
});

test('a process of a kernel has so much memory and no more', async (t) => {
  if (!needsCompiler(t)) return;
  const body = `
	int count = 0;
	for (void *p; count < 2000 && (p = malloc(1 << 20)); count++)
		memset(p, 1, 1 << 20);
	pr_info("%s\\n", count < 600 ? "refused" : "given");`;
  const drivers = { 'd.c': driverWith(body, LIBRARY) };
  const result = await runC(t, { drivers, releases: ['7.3'] });
  assert.deepEqual(linesOf(result, 1), ['d: refused']);
});

/** Writes a file to where temporary files belong, and to where it is. */
const LITTER = `
	static char path[300], at[300];
	snprintf(path, sizeof(path), "%s/litter", getenv("TMPDIR"));
	pr_info("%d\\n", !strcmp(getcwd(at, sizeof(at)), getenv("TMPDIR")));
	pr_info("%ld\\n", write(open(path, 0102, 0600), "x", 1));`;

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-safety-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function scenarioIn(folder: string, body: string): string {
  writeFileSync(path.join(folder, 'd.c'), driverWith(body, LIBRARY));
  const kernels = [{ release: '7.3', cmdline: 'kho=on', drivers: ['d.c'] }];
  const file = path.join(folder, 'd.kho.json');
  writeFileSync(file, JSON.stringify({ title: 'safety', kernels }));
  return file;
}

test('a process of a kernel has a temporary folder of its own, which goes with it', (t) => {
  if (!needsCompiler(t)) return;
  const [work, temporary] = [temporaryFolder(t), temporaryFolder(t)];
  const { stdout } = spawnSync(
    process.execPath,
    ['dist/kho.mjs', 'simulate', scenarioIn(work, LITTER)],
    { encoding: 'utf8', env: { ...process.env, TMPDIR: temporary } },
  );
  assert.match(stdout, /d: 1\n\s+d: 1\n/);
  assert.deepEqual(readdirSync(temporary), []);
});

test('what a killed simulator could not remove the next one does, and no process is left', async (t) => {
  if (!needsCompiler(t)) return;
  const [work, temporary] = [temporaryFolder(t), temporaryFolder(t)];
  const env = { ...process.env, TMPDIR: temporary };
  const endless = scenarioIn(work, `${LITTER}\n\tfor (;;)\n\t\t;`);
  const args = ['dist/kho.mjs', 'simulate', endless];
  const simulator = spawn(process.execPath, args, { stdio: 'ignore', env });
  t.after(() => simulator.kill('SIGKILL'));
  const hasLitter = (): boolean =>
    readdirSync(temporary, { recursive: true }).some((name) => String(name).endsWith('litter'));
  assert.ok(await until(hasLitter), 'the driver runs');
  const shared = readdirSync('/dev/shm').sort();
  const ended = once(simulator, 'exit');
  simulator.kill('SIGKILL');
  await ended;
  const runs = (): boolean =>
    readdirSync('/proc').some((pid) =>
      environmentOf(pid).includes(`TMPDIR=${temporary}/kho-kernel`),
    );
  assert.ok(await until(() => !runs()), 'the process of the kernel is gone');
  assert.deepEqual(readdirSync('/dev/shm').sort(), shared);
  const names = readdirSync(temporary);
  assert.ok(
    names.every((name) => name.startsWith('kho-kernel-')),
    names.join(),
  );
  spawnSync(process.execPath, ['dist/kho.mjs', 'simulate', scenarioIn(work, '')], { env });
  assert.deepEqual(readdirSync(temporary), []);
});

function environmentOf(pid: string): string {
  try {
    return /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/environ`, 'latin1') : '';
  } catch {
    return '';
  }
}

const DEADLINE_MS = 30_000;
const POLL_MS = 20;

async function until(holds: () => boolean): Promise<boolean> {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; ) {
    if (holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}
