// PostgreSQL for tests: a cluster of our own in the temporary directory, on a socket, with fsync on.
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const versions = '/usr/lib/postgresql';

export function binary(name) {
  const found = existsSync(versions)
    ? readdirSync(versions).sort((a, b) => b - a).map((version) => join(versions, version, 'bin', name)).find(existsSync)
    : undefined;
  return found ?? name;
}

// PostgreSQL refuses to run as root: then it runs as the user that its package made.
const asRoot = process.getuid() === 0;

function must(line, options = {}) {
  const [command, ...args] = asRoot ? ['runuser', '-u', 'postgres', '--', ...line] : line;
  const result = spawnSync(command, args, { encoding: 'utf8', cwd: '/', ...options });
  if (result.status !== 0)
    throw new Error(`${line.join(' ')}: ${result.error ?? result.stderr}`);
  return result.stdout;
}

function idOf(user, flag) {
  return Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout);
}

export class Cluster {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'turnout-pg-'));
    if (asRoot)
      chownSync(this.dir, idOf('postgres', '-u'), idOf('postgres', '-g'));
    must([binary('initdb'), '-D', join(this.dir, 'd'), '-U', 'app', '-A', 'trust', '-N', '--locale=C.UTF-8', '-E', 'UTF8']);
    this.start();
    this.made = 0;
    process.on('exit', () => this.close());
  }

  start() {
    must([binary('pg_ctl'), '-D', join(this.dir, 'd'), '-w', '-l', join(this.dir, 'log'),
      '-o', `-c listen_addresses='' -c unix_socket_directories=${this.dir}`, 'start'], { stdio: 'ignore' });
    this.running = true;
  }

  // `immediate` is the server's own kill -9; `fast` ends well.
  stop(mode = 'fast') {
    must([binary('pg_ctl'), '-D', join(this.dir, 'd'), '-w', '-m', mode, 'stop'], { stdio: 'ignore' });
    this.running = false;
  }

  url(database) {
    return `postgresql:///${database}?host=${encodeURIComponent(this.dir)}&user=app`;
  }

  close() {
    if (this.closed)
      return;
    this.closed = true;
    if (this.running)
      this.stop('immediate');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

let shared;
// The cluster that all tests of one file share.
export function sharedCluster() {
  shared ??= new Cluster();
  return shared;
}

let made = 0;
export async function newDatabase(cluster = sharedCluster()) {
  const name = `turnout_${process.pid}_${++made}`;
  query(cluster.url('postgres'), `CREATE DATABASE ${name} TEMPLATE template0`);
  return cluster.url(name);
}

export function query(url, sql) {
  const result = spawnSync(binary('psql'), ['-XAtq', '-F', '\x1f', '-d', url, '-c', sql], { encoding: 'utf8' });
  if (result.status !== 0)
    throw new Error(`psql: ${result.stderr}`);
  return result.stdout.split('\n').filter(Boolean).map((line) => line.split('\x1f').map((each) => each.replace(/^\\x/, '')));
}
