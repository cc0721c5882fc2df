'use strict';

// The first process that loads the provider from jsii's package cache starts a worker that indexes its 130 MB of type
// information, so that later ones need not parse it. jsii means the worker to keep the process alive until the index
// is written (buildIndexInWorker in @jsii/kernel, runtime-index.ts), yet ends the process by process.exit, which stops
// it. Loading everything takes longer than the worker does; loading lazily does not, and the index would never be
// written. So in jsii's process, and while there is such a worker, exiting waits for it. Python stops waiting after
// five seconds and ends the process; then the next run tries again.

const path = require('node:path');
const { isMainThread } = require('node:worker_threads');

const PROGRAMS = [path.join(path.sep, 'lib', 'program.js'), path.join(path.sep, 'bin', 'jsii-runtime.js')];

if (isMainThread && process.env.JSII_AGENT && PROGRAMS.some((program) => process.argv[1]?.endsWith(program))) {
  const exit = process.exit;
  let workers = 0;
  let leave;

  process.on('worker', (worker) => {
    workers += 1;
    worker.once('exit', () => {
      workers -= 1;
      if (workers === 0) leave?.();
    });
  });

  process.exit = (code) => {
    if (workers === 0) exit.call(process, code);
    leave = () => exit.call(process, code);
  };
}
