'use strict';

// The first process that loads the provider from jsii's package cache starts a worker, which indexes the 130 MB of type
// information so that later processes do not have to parse it. jsii intends the worker to keep the process alive until
// the index is written (buildIndexInWorker in @jsii/kernel, runtime-index.ts). But jsii ends the process with
// process.exit, which stops the worker. If everything is loaded, the worker finishes first. If modules are loaded
// lazily, it does not, and the index would never be written. Therefore this hook makes exit wait for the worker in
// jsii's process. Python waits for five seconds and then ends the process, and the next run tries again.

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
