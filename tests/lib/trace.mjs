// What strace saw of a server, in order.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Trace {
  // `faults` are strace's own: "fdatasync:error=EIO:when=5+". A signal among them ("pwrite64:signal=KILL:when=3") comes only
  // without its filter in the kernel, and then costs more.
  constructor(calls, faults = []) {
    this.dir = mkdtempSync(join(tmpdir(), 'turnout-trace-'));
    this.file = join(this.dir, 'trace');
    const filter = faults.some((fault) => /:signal=/.test(fault)) ? [] : ['--seccomp-bpf'];
    this.wrap = ['strace', '-f', ...filter, '-qq', '-s', '48', '-e', `trace=${calls.join(',')}`, '-e', 'signal=none',
      ...faults.flatMap((fault) => ['-e', `inject=${fault}`]), '-o', this.file];
    // leaks can't be looked for by a process that is traced already
    this.env = { ASAN_OPTIONS: [process.env.ASAN_OPTIONS, 'detect_leaks=0'].filter(Boolean).join(':') };
  }

  // Calls in the order in which they began (what was sent) or ended (what was flushed): { thread, call, args, result, began, ended }.
  read() {
    const open = new Map();
    const calls = [];
    readFileSync(this.file, 'latin1').split('\n').forEach((line, at) => {
      const [, thread, rest] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
      if (!rest)
        return;
      const resumed = /^<\.\.\. (\w+) resumed>(.*?)\)?\s+= (-?\d+|\?)/.exec(rest);
      if (resumed) {
        const begun = open.get(thread);
        if (begun)
          Object.assign(begun, { result: Number(resumed[3]), ended: at });
        open.delete(thread);
        return;
      }
      const unfinished = /^(\w+)\((.*) <unfinished \.\.\.>$/.exec(rest);
      const whole = /^(\w+)\((.*)\)\s+= (-?\d+|\?)/.exec(rest);
      const [, call, args, result] = unfinished ?? whole ?? [];
      if (!call)
        return;
      const seen = { thread, call, args, began: at, ended: unfinished ? null : at, result: unfinished ? null : Number(result) };
      calls.push(seen);
      if (unfinished)
        open.set(thread, seen);
    });
    return calls;
  }

  close() {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export const isFlush = ({ call, result }) => /^f(data)?sync$/.test(call) && result === 0;
export const answers = (status) => ({ call, args }) => /^(send|write)/.test(call) && args.includes(`HTTP/1.1 ${status}`);
