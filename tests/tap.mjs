// Counting what a test program said.

// Reads TAP 12 and 13 at the outer level: how many cases passed, failed and were skipped, and the
// lines that say which failed. A case without an outcome (the plan promised more) has failed.
export function readTap(text) {
  let passed = 0, skipped = 0, planned = null;
  const failures = [];
  for (const line of text.split('\n')) {
    const plan = /^1\.\.(\d+)/.exec(line);
    if (plan)
      planned = Number(plan[1]);
    const result = /^(not )?ok\b\s*(.*)$/.exec(line);
    if (/^Bail out!/.test(line))
      failures.push(line);
    if (!result)
      continue;
    if (result[1])
      failures.push(result[2]);
    else if (/# SKIP/i.test(result[2]))
      skipped++;
    else
      passed++;
  }
  const seen = passed + skipped + failures.length;
  if (planned !== null && seen < planned)
    failures.push(`${planned - seen} of ${planned} cases never ran`);
  return { passed, skipped, failures };
}

// The count of one program: what its TAP says, and that it ran at all and ended well. A skipped case
// is a failed one: what can't run here isn't tested.
export function judgeProgram({ tap, status, signal }) {
  const { passed, skipped, failures } = readTap(tap);
  if (skipped)
    failures.push(`${skipped} skipped`);
  if (signal)
    failures.push(`ended by ${signal}`);
  else if (status !== 0 && failures.length === 0)
    failures.push(`ended with status ${status}`);
  if (passed === 0 && failures.length === 0)
    failures.push('ran no test');
  return { passed, failures };
}
