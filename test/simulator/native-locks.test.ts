// Locks of drivers in C: who holds them is known to the engine, as it is of drivers in scripts.
import assert from 'node:assert/strict';
import test from 'node:test';
import { needsCompiler } from '../support/native.ts';
import { driverWith, findingsOf, runC } from './native-scenarios.ts';

/** The body of the initcall begins on line 11. */
const HEADERS = '#include <linux/delay.h>\n#include <linux/mutex.h>\n#include <linux/rwsem.h>';

const LOCKS: readonly [string, readonly string[], readonly string[]][] = [
  [
    'taken twice',
    ['DEFINE_SPINLOCK(lock);', 'spin_lock(&lock);', 'spin_lock(&lock);'],
    ['lock-misuse d.c:13: spinlock lock is taken while it is held: this never returns'],
  ],
  [
    'kept, one that can be interrupted',
    ['static DEFINE_MUTEX(lock);', 'if (mutex_lock_interruptible(&lock))', 'return -EINTR;'],
    ['lock-misuse d.c:12: init() of d returns with mutex lock held'],
  ],
  [
    'released though nobody holds it',
    ['DEFINE_MUTEX(lock);', 'mutex_unlock(&lock);'],
    ['lock-misuse d.c:12: mutex lock is released, and nobody holds it'],
  ],
  [
    'held while memory is allocated',
    [
      'DEFINE_SPINLOCK(lock);',
      'spin_lock(&lock);',
      'kfree(kmalloc(8, GFP_ATOMIC));',
      'kfree(kmalloc(8, GFP_KERNEL));',
      'spin_unlock(&lock);',
    ],
    ['sleeps-while-atomic d.c:14: kmalloc() may sleep, and is called with spinlock lock held'],
  ],
  [
    'held by a guard while KHO is called',
    [
      'struct page *page = alloc_page(GFP_KERNEL);',
      'DEFINE_SPINLOCK(lock);',
      'scoped_guard(spinlock_irqsave, &lock)',
      'if (!kho_preserve_pages(page, 1))',
      'pr_info("preserved");',
      'kho_unpreserve_pages(page, 1);',
      '__free_page(page);',
    ],
    [
      'sleeps-while-atomic d.c:14: kho_preserve_pages() may sleep, and is called with spinlock ' +
        'lock held',
    ],
  ],
  [
    'read twice while memory is allocated',
    [
      'DEFINE_RWLOCK(lock);',
      'read_lock(&lock);',
      'read_lock(&lock);',
      'kfree(kmalloc(8, GFP_KERNEL));',
      'read_unlock(&lock);',
      'read_unlock(&lock);',
    ],
    ['sleeps-while-atomic d.c:14: kmalloc() may sleep, and is called with rwlock lock held'],
  ],
  [
    'held while somebody sleeps',
    [
      'DEFINE_RWLOCK(lock);',
      'write_lock(&lock);',
      'msleep(1);',
      'write_unlock(&lock);',
      'might_sleep();',
      'msleep(1);',
    ],
    ['sleeps-while-atomic d.c:13: msleep() may sleep, and is called with rwlock lock held'],
  ],
  [
    'read while somebody may sleep',
    [
      'DEFINE_RWLOCK(lock);',
      'read_lock(&lock);',
      'might_sleep();',
      'read_unlock(&lock);',
      'might_sleep();',
    ],
    ['sleeps-while-atomic d.c:13: might_sleep() may sleep, and is called with rwlock lock held'],
  ],
  [
    'read and then written',
    [
      'static DECLARE_RWSEM(sem);',
      'down_read(&sem);',
      'down_write(&sem);',
      'up_write(&sem);',
      'up_read(&sem);',
    ],
    ['lock-misuse d.c:13: rw_semaphore sem is taken while it is held: this never returns'],
  ],
  [
    'a mutex that is tried with a spinlock held, and others of the same name',
    [
      'struct mutex locks[2];',
      'DEFINE_SPINLOCK(lock);',
      'for (int i = 0; i < 2; i++)',
      'mutex_init(&locks[i]);',
      'spin_lock(&lock);',
      'for (int i = 0; i < 2; i++)',
      'if (!mutex_trylock(&locks[i]) || mutex_trylock(&locks[i]))',
      'return -EBUSY;',
      'spin_unlock(&lock);',
      'for (int i = 0; i < 2; i++)',
      'mutex_unlock(&locks[i]);',
    ],
    [],
  ],
];

for (const [what, lines, expected] of LOCKS)
  test(`a lock in C: ${what}`, async (t) => {
    if (!needsCompiler(t)) return;
    const drivers = { 'd.c': driverWith(lines.join('\n'), HEADERS) };
    const result = await runC(t, { drivers, releases: ['7.3'] });
    const messages = result.findings.map(({ message }) => message);
    assert.deepEqual(
      findingsOf(result).map((found, i) => `${found}: ${messages[i]}`),
      expected,
    );
  });
