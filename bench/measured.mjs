// Preloaded with --import: at its end the process says on standard error what it took.
import process from 'node:process';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const used = {
    wallSeconds: performance.now() / 1000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMb: maxRSS / 1024,
  };
  process.stderr.write(`\nmeasured ${JSON.stringify(used)}\n`);
});
