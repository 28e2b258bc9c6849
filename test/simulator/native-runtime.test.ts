// Drivers in C, compiled and run: what they may do, and what is said of what they may not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { RELEASES } from '../../kho/index.ts';
import { canScaffoldC, isCleanRun, scaffoldCDriver } from '../../simulator/index.ts';
import { compileCommands } from '../../simulator/native/index.ts';
import { kernelSource, needsCompiler } from '../support/native.ts';
import {
  driverWith,
  findingsOf,
  linesOf,
  NATIVE_FOLDER,
  runC,
  runNativeFile,
} from './native-scenarios.ts';

test('the example keeps its log over two kexecs', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await runNativeFile('examples/c-driver/ring.kho.json');
  assert.deepEqual([findingsOf(result), result.issues], [[], []]);
  assert.deepEqual(linesOf(result, 2), ['ring: 120 records are as they were written']);
  assert.deepEqual(linesOf(result, 3), ['ring: 1023 records are as they were written']);
});

const BUGS: readonly [string, string, RegExp][] = [
  ['virtual-address', 'stale-pointer', /\*state->counter\)/],
  ['not-preserved', 'memory-not-preserved', /\*counter\)/],
  ['use-after-free', 'use-after-free', /\*word = 2/],
];

for (const [name, rule, text] of BUGS)
  test(`the deliberate bug ${name} faults on its line`, async (t) => {
    if (!needsCompiler(t)) return;
    const result = await runNativeFile(`examples/c-driver/bugs/${name}.kho.json`);
    assert.ok(isCleanRun(result), JSON.stringify(result.expectation));
    const site = result.findings.find((finding) => finding.rule === rule)?.site;
    assert.ok(site !== undefined);
    assert.match(readFileSync(site.path, 'utf8').split('\n')[site.line - 1] ?? '', text);
  });

test('there is no bug in C without a test', () => {
  const files = readdirSync('examples/c-driver/bugs').filter((file) => file.endsWith('.json'));
  const names = files.map((file) => path.basename(file, '.kho.json')).sort();
  assert.deepEqual(names, BUGS.map(([name]) => name).sort());
});

for (const release of ['7.2', '7.3'])
  test(`lib/test_kho.c of Linux ${release} hands over as it is`, async (t) => {
    if (!needsCompiler(t)) return;
    const source = kernelSource(t, release);
    if (source === undefined) return;
    const text = readFileSync(path.join(source, 'lib/test_kho.c'), 'utf8');
    const releases = [release, release];
    const result = await runC(t, { drivers: { 'test_kho.c': text }, releases });
    assert.deepEqual(linesOf(result, 2), ['test_kho: KHO restore succeeded']);
    // It never takes back the FDT that it found, of which only the first kernel's call is known.
    const line = text
      .split('\n')
      .findIndex((each) => each.includes('kho_preserve_folio(state->fdt'));
    assert.deepEqual(findingsOf(result), [`never-restored test_kho.c:${line + 1}`]);
  });

test("a file of a kernel's tree has the formats of that tree", async (t) => {
  if (!needsCompiler(t)) return;
  const tree = mkdtempSync(path.join(tmpdir(), 'kho-tree-'));
  t.after(() => rmSync(tree, { recursive: true }));
  const file = path.join(tree, 'drivers/demo/d.c');
  for (const folder of ['drivers/demo', 'include/linux/kho/abi'])
    mkdirSync(path.join(tree, folder), { recursive: true });
  const header = path.join(tree, 'include/linux/kho/abi/memfd.h');
  const text = driverWith('\tpr_info("%s\\n", MEMFD_LUO_FH_COMPATIBLE);');
  writeFileSync(file, `#include <linux/kho/abi/memfd.h>\n${text}`);
  for (const version of ['memfd-v3', 'memfd-v4']) {
    writeFileSync(header, `#define MEMFD_LUO_FH_COMPATIBLE "${version}"\n`);
    const result = await runC(t, { files: [file], releases: ['7.3'] });
    assert.deepEqual([findingsOf(result), linesOf(result, 1)], [[], [`d: ${version}`]]);
  }
  const options = { nativeFolder: NATIVE_FOLDER, compiler: 'gcc', includes: [], cacheFolder: tree };
  const [command] = compileCommands('7.3', [{ name: 'd', path: file }], options);
  const [, , folder = ''] = command?.arguments ?? [];
  assert.deepEqual(
    readFileSync(path.join(folder, 'linux/kho/abi/memfd.h')),
    readFileSync(header),
    'clangd reads the same',
  );
});

test('the same seed gives the same trace', async (t) => {
  if (!needsCompiler(t)) return;
  const run = async (): Promise<string> =>
    (await runNativeFile('examples/c-driver/ring.kho.json')).trace;
  assert.equal(await run(), await run());
});

// What goes wrong in an initcall of one kernel, with the line of the file that it is found at: the
// body begins on line 9.
const FAULTS: readonly [string, string, readonly string[]][] = [
  ['a NULL pointer', '\tint *p = NULL;\n\t*p = 1;', ['null-pointer d.c:10']],
  [
    'a physical address',
    '\tu64 *p = (u64 *)virt_to_phys((void *)get_zeroed_page(GFP_KERNEL));\n\tpr_info("%llu", *p);',
    ['unowned-memory-read d.c:10'],
  ],
  [
    'an address that no page table can have',
    '\tu64 *p = (u64 *)0xa5a5a5a5a5a5a5a5;\n\t*p = 1;',
    ['unowned-memory-read d.c:10'],
  ],
  [
    'memory of nobody',
    '\tu64 *p = phys_to_virt(0x8000000);\n\tpr_info("%llu", *p);',
    ['unowned-memory-read d.c:10'],
  ],
  [
    'an area that was freed',
    '\tu64 *p = vmalloc(8192);\n\tp[1000] = 1;\n\tvfree(p);\n\tp[1000] = 2;',
    ['use-after-free d.c:12'],
  ],
  [
    'memory behind a vmalloc area',
    '\tchar *p = vmalloc(4096);\n\tp[4095] = 1;\n\tp[4096] = 1;',
    ['unowned-memory-written d.c:11'],
  ],
  [
    'a function of the C library that is given NULL',
    '\tmemset(NULL, 0, 64);',
    ['null-pointer d.c:9'],
  ],
  ['a division by zero', '\tint zero = 0;\n\treturn 7 / zero;', ['driver-threw d.c:10']],
  ['a BUG()', '\tBUG_ON(kho_is_enabled());', ['driver-threw d.c:9']],
  [
    'the physical address of a variable',
    '\tint x = 0;\n\treturn virt_to_phys(&x) == 0;',
    ['driver-threw d.c:10'],
  ],
  [
    'memory that is freed twice',
    '\tvoid *p = kmalloc(8, 0);\n\tkfree(p);\n\tkfree(p);',
    ['bad-free d.c:11'],
  ],
  [
    'a call with what makes no sense',
    '\tkho_preserve_pages(virt_to_page((void *)get_zeroed_page(GFP_KERNEL)), -1);',
    ['api-misuse d.c:9', 'driver-threw d.c:9'],
  ],
  ['a warning', '\tWARN_ON(kho_is_enabled());', ['driver-warned d.c:9']],
  ['an initcall that fails', '\treturn -EINVAL;', ['driver-failed d.c:8']],
];

for (const [what, body, findings] of FAULTS)
  test(`${what} is found at its line`, async (t) => {
    if (!needsCompiler(t)) return;
    const drivers = { 'd.c': driverWith(body) };
    assert.deepEqual(findingsOf(await runC(t, { drivers, releases: ['7.3'] })), findings);
  });

const UNBUILT: readonly [string, string, string, RegExp][] = [
  [
    'an error of the compiler',
    driverWith('\treturn x;'),
    'driver-not-built d.c:9',
    /^x is declared neither here nor/,
  ],
  [
    'a missing header',
    '#include <linux/nvme.h>\n',
    'driver-not-built d.c:1',
    /nvme\.h is not among/,
  ],
  [
    'a missing function',
    driverWith('\tmissing(1);', 'int missing(int x);'),
    'driver-not-built d.c:9',
    /missing is declared, but/,
  ],
];

for (const [what, text, finding, message] of UNBUILT)
  test(`${what} is found at its line, and the other driver runs`, async (t) => {
    if (!needsCompiler(t)) return;
    const drivers = { 'd.c': text, 'other.ts': 'export function init(k: any) { k.prInfo("up"); }' };
    const result = await runC(t, { drivers, releases: ['7.3'] });
    assert.deepEqual(findingsOf(result), [finding]);
    assert.match(result.findings[0]?.message ?? '', message);
    assert.deepEqual(linesOf(result, 1), ['other: up']);
  });

test('initcalls run by their level, early ones before KHO is up', async (t) => {
  if (!needsCompiler(t)) return;
  const call = (level: string, result = 0): string =>
    `static int __init ${level}_call(void)\n{\n\tpr_info("${level}\\n");\n\treturn ${result};\n}\n` +
    `${level}_initcall(${level}_call);\n`;
  const head = '#include <linux/module.h>\n#include <linux/printk.h>\n';
  const drivers = {
    'last.c': `${head}${call('late')}`,
    'first.c': `${head}${call('device')}${call('core')}${call('early', -5)}`,
  };
  const result = await runC(t, { drivers, releases: ['7.3'] });
  assert.deepEqual(findingsOf(result), []);
  const lines = ['first: early', 'first: core', 'first: device', 'last: late'];
  assert.deepEqual(linesOf(result, 1), lines);
});

test('functions are called by name, also static ones of the same name, with what C returns', async (t) => {
  if (!needsCompiler(t)) return;
  const text = (value: string): string =>
    `#include <linux/module.h>\n#include <linux/printk.h>\n#include <linux/string.h>\n` +
    `static __used void say(const char *text, int n)\n{\n` +
    `\tpr_info("${value} %s %d %zu\\n", text, n, strlen(text));\n}\n` +
    `static __used int fail(void)\n{\n\treturn ${value === 'a' ? -5 : 0};\n}\n`;
  const steps = [
    [
      { call: 'a', function: 'say', args: ['one', -1] },
      { call: 'b', function: 'say', args: ['three', 3] },
      { call: 'a', function: 'fail' },
      { call: 'b', function: 'fail' },
      { call: 'a', function: 'nothing' },
    ],
  ];
  const drivers = { 'a.c': text('a'), 'b.c': text('b') };
  const result = await runC(t, { drivers, releases: ['7.3'], steps });
  assert.deepEqual(linesOf(result, 1), ['a: a one -1 3', 'b: b three 3 5']);
  assert.deepEqual(
    result.findings.map(({ message }) => message),
    ['fail() of a failed with -5', 'a exports no function nothing'],
  );
});

const AREA = driverWith(
  `	struct kho_vmalloc *saved;
	phys_addr_t phys;
	size_t size;
	u32 *words;

	if (!kho_retrieve_subtree("area", &phys, &size)) {
		saved = phys_to_virt(phys);
		words = kho_restore_vmalloc(saved);
		kho_restore_free(saved);
		for (u32 i = 0; i < WORDS; i++)
			if (words[i] != i * 7)
				return -EIO;
		pr_info("%u words\\n", WORDS);
		return 0;
	}
	words = vmalloc(WORDS * sizeof(*words));
	saved = kho_alloc_preserve(sizeof(*saved));
	for (u32 i = 0; i < WORDS; i++)
		words[i] = i * 7;
	if (kho_preserve_vmalloc(words, saved))
		return -EIO;
	return kho_add_subtree("area", saved, sizeof(*saved));`,
  '#include <linux/kho/abi/kexec_handover.h>\n#define WORDS 300000U',
);

test('a vmalloc area is the same in the next kernel, byte for byte', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await runC(t, { drivers: { 'area.c': AREA } });
  assert.deepEqual(findingsOf(result), []);
  assert.deepEqual(linesOf(result, 2), ['area: 300000 words']);
});

const NOTIFIED = `#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>

static struct folio *folio;

static int notified(struct notifier_block *nb, unsigned long cmd, void *data)
{
	void *fdt = folio_address(folio);

	if (cmd == KEXEC_KHO_ABORT)
		return NOTIFY_DONE;
	if (fdt_create_empty_tree(fdt, PAGE_SIZE) || kho_preserve_folio(folio))
		return NOTIFY_BAD;
	return notifier_from_errno(kho_add_subtree(data, "state", fdt));
}

static struct notifier_block nb = { .notifier_call = notified };

static int __init d_init(void)
{
	phys_addr_t phys;

	if (!kho_retrieve_subtree("state", &phys)) {
		pr_info("order %u\\n", folio_order(kho_restore_folio(phys)));
		return 0;
	}
	folio = folio_alloc(GFP_KERNEL, 0);
	return register_kho_notifier(&nb);
}
module_init(d_init);
`;

for (const release of ['6.16', '6.18'])
  test(`notifiers of Linux ${release} are called when user space finalizes`, async (t) => {
    if (!needsCompiler(t)) return;
    const steps = [
      [
        { write: '/sys/kernel/debug/kho/out/finalize', data: '1' },
        { kexecLoad: {} },
        { kexec: {} },
      ],
    ];
    const releases = [release, release];
    const result = await runC(t, { drivers: { 'd.c': NOTIFIED }, releases, steps });
    assert.deepEqual([findingsOf(result), linesOf(result, 2)], [[], ['d: order 0']]);
  });

const FILES = `#include <linux/debugfs.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/sysfs.h>

static u32 number = 7;

static int lines_show(struct seq_file *m, void *v)
{
	for (u32 i = 0; i < number; i++)
		seq_printf(m, "%u\\n", i);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(lines);

static ssize_t level_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\\n", number);
}

static ssize_t level_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			   size_t count)
{
	int err = kstrtouint(buf, 0, &number);

	pr_info("level %u\\n", number);
	return err ? err : (ssize_t)count;
}
static struct kobj_attribute level = __ATTR_RW(level);

static int __init d_init(void)
{
	struct dentry *folder = debugfs_create_dir("demo", NULL);

	debugfs_create_u32("number", 0644, folder, &number);
	debugfs_create_file("lines", 0444, folder, NULL, &lines_fops);
	return sysfs_create_file(kobject_create_and_add("demo", kernel_kobj), &level.attr);
}
module_init(d_init);
`;

test('scenarios read and write the files of drivers', async (t) => {
  if (!needsCompiler(t)) return;
  const debug = '/sys/kernel/debug/demo';
  const steps = [
    [
      { read: `${debug}/number`, expect: '7\n' },
      { write: `${debug}/number`, data: '0x3' },
      { read: `${debug}/lines`, expect: '0\n1\n2\n' },
      { write: `${debug}/lines`, data: 'x', error: 'EINVAL' },
      { write: '/sys/kernel/demo/level', data: '12\n' },
      { read: '/sys/kernel/demo/level', expect: '12\n' },
      { write: '/sys/kernel/demo/level', data: 'many', error: 'EINVAL' },
      { read: `${debug}/nothing`, error: 'ENOENT' },
    ],
  ];
  const result = await runC(t, { drivers: { 'd.c': FILES }, releases: ['7.3'], steps });
  assert.deepEqual([findingsOf(result), linesOf(result, 1)], [[], ['d: level 12', 'd: level 12']]);
});

test('a callback that does not return is stopped', async (t) => {
  if (!needsCompiler(t)) return;
  const drivers = { 'd.c': driverWith('\tkho_is_enabled();\n\tfor (;;)\n\t\t;') };
  const options = { callbackTimeoutMs: 500 };
  const result = await runC(t, { drivers, releases: ['7.3'] }, options);
  assert.deepEqual(findingsOf(result), ['driver-timed-out d.c:9']);
});

test('every call that may fail fails once, each in a process of its own', async (t) => {
  if (!needsCompiler(t)) return;
  const file = 'examples/c-driver/ring.kho.json';
  const { fallibleCalls } = await runNativeFile(file);
  assert.ok(fallibleCalls >= 10, String(fallibleCalls));
  for (let failingCall = 1; failingCall <= 5; failingCall++) {
    const { findings } = await runNativeFile(file, { failingCall });
    const rules = new Set(findings.map(({ rule }) => rule));
    assert.ok(rules.has('driver-failed'), [failingCall, ...rules].join());
    assert.ok(!rules.has('left-preserved'), [failingCall, ...rules].join());
  }
});

test('nothing is left when the process that simulates is killed', async (t) => {
  if (!needsCompiler(t)) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-killed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, 'd.c'), driverWith('\tfor (;;)\n\t\t;'));
  const kernels = [{ release: '7.3', cmdline: 'kho=on', drivers: ['d.c'] }];
  const scenario = path.join(folder, 'd.kho.json');
  writeFileSync(scenario, JSON.stringify({ title: 'loop', kernels }));
  const kho = spawn(process.execPath, ['dist/kho.mjs', 'simulate', scenario], {
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: folder },
  });
  t.after(() => kho.kill('SIGKILL'));
  const pid = await until(() => childrenOf(kho.pid ?? 0)[0]);
  assert.ok(pid !== undefined, 'the kernel has a process');
  // Where the system lets us, the process has a network of its own, with nothing in it.
  if (process.getuid?.() === 0)
    await until(() => readlinkSync(`/proc/${pid}/ns/net`) !== readlinkSync('/proc/self/ns/net'));
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('kho-memory')),
    [],
  );
  kho.kill('SIGKILL');
  const isGone = await until(() => !isAlive(pid) || undefined);
  assert.ok(isGone, 'the process of the kernel is gone, too');
});

const DEADLINE_MS = 20_000;
const POLL_MS = 20;

/** What `look` finds, or undefined if that takes too long. */
async function until<T>(look: () => T | undefined): Promise<T | undefined> {
  for (const end = Date.now() + DEADLINE_MS; Date.now() < end; ) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return undefined;
}

/** Processes that are told this one as their parent: those of kernels. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, told, more] = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
        return told === String(parent) && more === '';
      } catch {
        return false;
      }
    });
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

for (const release of RELEASES.filter(canScaffoldC))
  test(`${release.title}: a new driver in C hands over as it is`, async (t) => {
    if (!needsCompiler(t)) return;
    const folder = mkdtempSync(path.join(tmpdir(), 'kho-new-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const file of scaffoldCDriver('my-driver', release))
      writeFileSync(path.join(folder, file.path), file.text);
    const result = await runNativeFile(path.join(folder, 'my-driver.kho.json'));
    assert.deepEqual([findingsOf(result), result.issues], [[], []]);
    assert.deepEqual(linesOf(result, 2), ['my-driver: 4 counters are as they were']);
  });

test('compile_commands.json has what a driver is compiled with', () => {
  const drivers = [{ name: 'my-driver', path: '/d/my-driver.c' }];
  const options = { nativeFolder: NATIVE_FOLDER, compiler: 'clang', includes: ['/own'] };
  const [command] = compileCommands('6.19', drivers, options);
  assert.deepEqual([command?.directory, command?.file], ['/d', '/d/my-driver.c']);
  for (const word of [
    'clang',
    '-DKHO_LINUX=KHO_RELEASE(6, 19)',
    '-DKBUILD_MODNAME="my_driver"',
    '/own',
  ])
    assert.ok(command?.arguments.includes(word), word);
});

const BLOCKS = driverWith(
  `	struct kho_block_set set;
	struct kho_block_set_it it;
	phys_addr_t phys;
	size_t size;
	u64 *entry, *head, count = 0;

	kho_block_set_init(&set, sizeof(*entry));
	if (!kho_retrieve_subtree("blocks", &phys, &size)) {
		head = phys_to_virt(phys);
		if (kho_block_set_restore(&set, *head))
			return -EIO;
		kho_restore_free(head);
		kho_block_set_it_init(&it, &set);
		while ((entry = kho_block_set_it_read_entry(&it)))
			if (*entry != count++)
				return -EIO;
		pr_info("%llu entries\\n", count);
		kho_block_set_destroy(&set);
		return 0;
	}
	head = kho_alloc_preserve(sizeof(*head));
	if (kho_block_set_grow(&set, ENTRIES))
		return -ENOMEM;
	kho_block_set_it_init(&it, &set);
	for (u64 i = 0; i < ENTRIES; i++) {
		entry = kho_block_set_it_reserve_entry(&it);
		*entry = i;
	}
	*head = kho_block_set_head_pa(&set);
	return kho_add_subtree("blocks", head, sizeof(*head));`,
  '#include <linux/kho_block.h>\n#define ENTRIES 2000',
);

for (const release of ['7.2', '7.3'])
  test(`kernel/liveupdate/kho_block.c of Linux ${release} hands over as it is`, async (t) => {
    if (!needsCompiler(t)) return;
    const source = kernelSource(t, release);
    if (source === undefined) return;
    const text = readFileSync(path.join(source, 'kernel/liveupdate/kho_block.c'), 'utf8');
    const drivers = { 'kho_block.c': text, 'user.c': BLOCKS };
    const result = await runC(t, { drivers, releases: [release, release] });
    assert.deepEqual([findingsOf(result), linesOf(result, 2)], [[], ['user: 2000 entries']]);
  });

test('a tree of keys in C goes to the next kernel', async (t) => {
  if (!needsCompiler(t)) return;
  const text = readFileSync('test/simulator/native/radix-keys.c', 'utf8');
  const result = await runC(t, { drivers: { 'radix-keys.c': text } });
  assert.deepEqual(findingsOf(result), []);
  assert.deepEqual(linesOf(result, 2), ['radix-keys: keys add up to 111111']);
});

test('a callback in C that changes the tree it walks is told where the walk began', async (t) => {
  if (!needsCompiler(t)) return;
  const text = readFileSync('test/simulator/native/radix-keys.c', 'utf8').replace(
    'return kho_preserve_pages(',
    'kho_radix_add_key(&tree, 5);\n\treturn kho_preserve_pages(',
  );
  const result = await runC(t, { drivers: { 'radix-keys.c': text }, releases: ['7.3'] });
  const line = text.split('\n').findIndex((each) => each.includes('kho_radix_add_key(&tree, 5)'));
  assert.deepEqual(findingsOf(result), [`radix-changed-in-walk radix-keys.c:${line + 1}`]);
  const walk = text.split('\n').findIndex((each) => each.includes('&cb, NULL'));
  assert.equal(result.findings[0]?.related[0]?.site?.line, walk + 1);
});

test('a tree in C gives its keys in several messages', async (t) => {
  if (!needsCompiler(t)) return;
  const text = readFileSync('test/simulator/native/radix-keys.c', 'utf8')
    .replace('key <= 100000', 'key <= 5000')
    .replace('key *= 10', 'key++');
  const result = await runC(t, { drivers: { 'radix-keys.c': text } });
  assert.deepEqual(findingsOf(result), []);
  assert.deepEqual(linesOf(result, 2), ['radix-keys: keys add up to 12502500']);
});
