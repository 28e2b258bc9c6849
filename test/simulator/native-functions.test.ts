// What drivers in C use of the kernel beside KHO, and what is said of what is not there.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { needsCompiler } from '../support/native.ts';
import { driverWith, findingsOf, linesOf, runC } from './native-scenarios.ts';

const textOf = (name: string): string => readFileSync(`test/simulator/native/${name}`, 'utf8');

for (const release of ['7.3', '6.16', 'seed'])
  test(`Linux ${release}: functions do what the kernel's do`, async (t) => {
    if (!needsCompiler(t)) return;
    const drivers = { 'functions.c': textOf('functions.c') };
    const cmdline = release === 'seed' ? 'kho_scratch=64M' : 'kho=on';
    const result = await runC(t, { drivers, releases: [release], cmdline });
    assert.deepEqual([findingsOf(result), linesOf(result, 1)], [[], ['functions: done']]);
  });

test('devices have their files, and drivers are told before the jump', async (t) => {
  if (!needsCompiler(t)) return;
  const steps = [
    [
      { read: '/sys/kernel/box3/size', expect: '12\n' },
      { read: '/sys/kernel/first-box/size', expect: '12\n' },
      { read: '/sys/kernel/box3/blob', expect: 'b'.repeat(4096) },
      { read: '/sys/class/demo-class/demo1/level', expect: 'demo1 7\n' },
      { write: '/sys/devices/virtual/demo-class/demo1/level', data: '9' },
      { read: '/sys/devices/virtual/misc/demo-misc/level', expect: 'demo-misc 9\n' },
      { read: '/sys/devices/platform/demo/level', expect: 'demo 9\n' },
      { read: '/dev/demo1', expect: 'numbered\n' },
      { read: '/dev/demo', expect: 'numbered\n' },
      { read: '/dev/old-demo', expect: 'numbered\n' },
      { read: '/dev/demo-misc', expect: 'numbered\n' },
      { read: '/proc/folder/demo', expect: '41 42  AB\n' },
      { call: 'devices', function: 'drop_box' },
      { read: '/sys/kernel/box3/size', error: 'ENOENT' },
      { kexecLoad: {} },
      { kexec: {} },
    ],
  ];
  const result = await runC(t, { drivers: { 'devices.c': textOf('devices.c') }, steps });
  assert.deepEqual(findingsOf(result), []);
  assert.deepEqual(linesOf(result, 1), [
    'devices: demo-misc: is there',
    'devices: error: demo.4: error -ENODEV: id 4 is too much',
    'devices: error: demo.4: probe with driver demo failed with error -19',
    'devices: minor 1 of a cdev',
    'devices: minor 0 of a cdev',
    'devices: minor 0 of a cdev',
    'devices: box box3 is gone',
    'devices: kexec reboot 1',
    'devices: demo shuts down',
    'devices: syscore',
  ]);
});

test('what goes wrong before the jump is found where it is', async (t) => {
  if (!needsCompiler(t)) return;
  const text = driverWith(
    '\treturn register_reboot_notifier(&nb);',
    `#include <linux/reboot.h>
static int rebooted(struct notifier_block *nb, unsigned long action, void *data)
{
	*(int *)NULL = 1;
	return NOTIFY_DONE;
}
static struct notifier_block nb = { .notifier_call = rebooted };`,
  );
  const result = await runC(t, { drivers: { 'other.c': driverWith(''), 'd.c': text } });
  assert.deepEqual(findingsOf(result), ['null-pointer d.c:9']);
});

/** What is not there, in a release, and what is said of it. */
const MISSING: readonly (readonly [string, string, string, RegExp, RegExp])[] = [
  [
    'a header',
    '7.3',
    '#include <linux/nvme.h>',
    /^linux\/nvme\.h is not among the simulator's headers$/,
    /kho\.native\.include \(--native-include\)/,
  ],
  [
    'a header of a later release',
    '6.18',
    '#include <linux/liveupdate.h>',
    /this header exists from Linux 6\.19 on/,
    /^$/,
  ],
  [
    'a function',
    '7.3',
    'static int f(void) { return blk_alloc_disk(1); }',
    /^blk_alloc_disk\(\) is declared neither here nor in the headers that are included$/,
    /declare it in a header of your own .*kho\.native\.include.* a C file that is a driver, too/,
  ],
  [
    'a function of a later release',
    '6.18',
    'static int f(void) { return kho_radix_add_key(NULL, 1); }',
    /^kho_radix_add_key\(\) is not in Linux 6\.18: it is there from Linux 7\.3 on$/,
    /LINUX_VERSION_CODE/,
  ],
  [
    'a function of earlier releases',
    '7.3',
    'static int f(void) { return register_kho_notifier(NULL); }',
    /^register_kho_notifier\(\) is not in Linux 7\.3: it is there from .* to Linux 6\.18$/,
    /LINUX_VERSION_CODE/,
  ],
  [
    'a function that is declared alone',
    '7.3',
    'int missing(int);\nstatic int __used f(void) { return missing(1); }',
    /^missing is declared, but the simulator has no such function$/,
    /define missing in a file of its own and name that as a driver, too/,
  ],
  [
    'a macro',
    '7.3',
    'static int f(void) { return PCI_D3hot; }',
    /^PCI_D3hot is declared neither here nor in the headers that are included$/,
    /define it in a header of your own, and name its folder with kho\.native\.include/,
  ],
  [
    'a type',
    '7.3',
    'static pci_power_t state;',
    /^pci_power_t is not defined in the headers that are included$/,
    /kho\.native\.include/,
  ],
  [
    'a struct that is used',
    '7.3',
    'static int f(struct pci_dev *dev) { return dev->irq; }',
    /^struct pci_dev is not defined in the headers that are included$/,
    /kho\.native\.include/,
  ],
  [
    'a struct of a variable',
    '7.3',
    'static void f(void) { struct pci_dev dev; }',
    /^the type of dev is not defined in the headers that are included$/,
    /kho\.native\.include/,
  ],
  [
    'a member of a struct',
    '7.3',
    'static int f(struct page *page) { return page->memcg_data; }',
    /^struct page has no member memcg_data in the simulator$/,
    /keep your own state in your own/,
  ],
];

for (const [what, release, text, message, help] of MISSING)
  test(`${what} that is missing is named, with what to do`, async (t) => {
    if (!needsCompiler(t)) return;
    const drivers = { 'd.c': `#include <linux/mm.h>\n${driverWith('', text)}` };
    const { findings } = await runC(t, { drivers, releases: [release] });
    const [found] = findings.filter(({ rule }) => rule === 'driver-not-built');
    assert.match(found?.message ?? '', message);
    assert.match(found?.help ?? '', help);
    assert.ok([7, 8].includes(found?.site?.line ?? 0), String(found?.site?.line));
  });

for (const [library, what, remedy] of [
  ['cannot find -lfdt: No such file or directory', /^libfdt is not installed$/, /libfdt-dev/],
  [
    'cannot find /usr/lib/clang/14/lib/linux/libclang_rt.asan-x86_64.a: No such file or directory',
    /^the sanitizers of clang are not installed$/,
    /libclang-rt-dev .* run without --sanitize/,
  ],
  ['cannot find -lubsan: No such file', /^the sanitizers of gcc are not installed$/, /libubsan/],
] as const)
  test(`a library that is missing is named: ${library.split(':')[0]}`, async (t) => {
    if (!needsCompiler(t)) return;
    // A linker without that library.
    const folder = mkdtempSync(path.join(tmpdir(), 'kho-compiler-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const compiler = path.join(folder, 'cc');
    const lines = [
      '#!/bin/sh',
      `case "$*" in *-lfdt*) echo "/usr/bin/ld: ${library}" >&2; exit 1;; esac`,
      'exec gcc "$@"',
    ];
    writeFileSync(compiler, lines.join('\n'), { mode: 0o755 });
    const drivers = { 'd.c': driverWith('') };
    const { findings } = await runC(t, { drivers, releases: ['7.3'] }, { compiler });
    const [found] = findings;
    assert.deepEqual([findings.length, found?.rule], [1, 'driver-not-built']);
    assert.match(found?.message ?? '', what);
    assert.match(found?.help ?? '', remedy);
  });
